// Which NVIDIA card "cuda:0" is: CUDA_VISIBLE_DEVICES, CUDA_DEVICE_ORDER and MIG, as the CUDA C++ programming guide and NVIDIA's MIG user
// guide describe them.
// CUDA numbers cards fastest first, and only its driver knows what is fast: where that can matter, the driver is asked and what it lists
// is matched to NVML's cards by UUID, then by PCI bus id. Without the driver, NVML's order stands (that of the PCI bus, as with
// CUDA_DEVICE_ORDER=PCI_BUS_ID). A card in MIG mode is, by its index or its own UUID, the first of its parts.
// Threading: free functions without state.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sam {

// One thing that CUDA can compute on: a card, or a MIG part of one.
struct CardId {
  std::string uuid;         // "GPU-…", or "MIG-…" of a part; empty: not known
  std::string card_uuid;    // "GPU-…" of the card that it is, or is part of
  std::string mig_address;  // "MIG-GPU-…/1/0", the name of drivers before 470; empty: a whole card
  std::string pci_bus_id;   // as normal_pci_bus_id makes it
  std::size_t ordinal = 0;  // the card's number in NVML's order
};

// Positions in cards of those that `visible` (CUDA_VISIBLE_DEVICES) names, in its order; not set: every card, once. An entry is an index, a
// UUID or its beginning where that is enough to tell, or a MIG UUID in either form. CUDA stops at the first entry that names none.
std::vector<std::size_t> visible_cards(const std::optional<std::string>& visible, const std::vector<CardId>& cards);

// Whether only CUDA's driver knows the order: several cards, not in PCI order by CUDA_DEVICE_ORDER, and not all named by UUID.
bool order_needs_driver(const std::optional<std::string>& visible, const std::optional<std::string>& device_order,
                        const std::vector<CardId>& cards);

// Position of the card that CUDA's driver describes; nothing if there is none.
std::optional<std::size_t> find_card(const std::vector<CardId>& cards, std::string_view uuid_digits,
                                     std::string_view pci_bus_id);

// "GPU-0A1b…-…" → "0a1b…": its 32 digits; empty for anything else.
std::string uuid_digits(std::string_view uuid);

// "00000000:3B:00.0" and "0000:3b:00.0" → "0:3b:00.0".
std::string normal_pci_bus_id(std::string_view text);

}  // namespace sam
