#include "memory/probes/card_selection.h"

#include <algorithm>
#include <charconv>

namespace sam {
namespace {

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool begins(const std::string& text, const std::string& beginning) {
  return lower(text).starts_with(beginning);
}

// The first of the cards that fit, if those that fit are all one card or all one part.
template <typename Fits, typename Identity>
std::optional<std::size_t> only_one(const std::vector<CardId>& cards, const Fits& fits, const Identity& identity) {
  std::optional<std::size_t> found;
  for (std::size_t i = 0; i < cards.size(); ++i) {
    if (!fits(cards[i])) continue;
    if (found && identity(cards[*found]) != identity(cards[i])) return std::nullopt;
    if (!found) found = i;
  }
  return found;
}

std::optional<std::size_t> named_card(const std::string& entry, const std::vector<CardId>& cards) {
  const auto card = [](const CardId& id) { return std::to_string(id.ordinal); };
  const auto part = [](const CardId& id) { return id.uuid + id.mig_address; };
  if (entry.starts_with("mig-gpu-")) {
    return only_one(
        cards, [&](const CardId& id) { return lower(id.mig_address) == entry || lower(id.uuid) == entry; }, part);
  }
  if (entry.starts_with("mig-")) return only_one(cards, [&](const CardId& id) { return begins(id.uuid, entry); }, part);
  if (entry.starts_with("gpu-"))
    return only_one(cards, [&](const CardId& id) { return begins(id.card_uuid, entry); }, card);
  std::size_t index = 0;
  const auto [stop, error] = std::from_chars(entry.data(), entry.data() + entry.size(), index);
  if (error != std::errc() || stop != entry.data() + entry.size()) return std::nullopt;
  return only_one(cards, [&](const CardId& id) { return id.ordinal == index; }, card);
}

std::vector<std::string> entries_of(const std::string& visible) {
  std::vector<std::string> entries;
  std::size_t begin = 0;
  while (begin <= visible.size()) {
    const std::size_t end = std::min(visible.find(',', begin), visible.size());
    entries.push_back(lower(std::string_view(visible).substr(begin, end - begin)));
    std::erase(entries.back(), ' ');
    begin = end + 1;
  }
  return entries;
}

}  // namespace

std::vector<std::size_t> visible_cards(const std::optional<std::string>& visible, const std::vector<CardId>& cards) {
  std::vector<std::size_t> chosen;
  if (!visible) {
    for (std::size_t i = 0; i < cards.size(); ++i) {
      if (i == 0 || cards[i].ordinal != cards[i - 1].ordinal) chosen.push_back(i);
    }
    return chosen;
  }
  for (const std::string& entry : entries_of(*visible)) {
    const auto card = named_card(entry, cards);
    if (!card || std::find(chosen.begin(), chosen.end(), *card) != chosen.end()) break;
    chosen.push_back(*card);
  }
  return chosen;
}

bool order_needs_driver(const std::optional<std::string>& visible, const std::optional<std::string>& device_order,
                        const std::vector<CardId>& cards) {
  if (cards.size() < 2 || device_order == "PCI_BUS_ID") return false;
  if (!visible) return true;
  const std::vector<std::string> entries = entries_of(*visible);
  return std::any_of(entries.begin(), entries.end(), [](const std::string& entry) {
    return !entry.empty() && entry.front() >= '0' && entry.front() <= '9';
  });
}

std::optional<std::size_t> find_card(const std::vector<CardId>& cards, std::string_view digits,
                                     std::string_view pci_bus_id) {
  for (std::size_t i = 0; i < cards.size() && !digits.empty(); ++i) {
    if (uuid_digits(cards[i].uuid) == digits) return i;
  }
  for (std::size_t i = 0; i < cards.size() && !pci_bus_id.empty(); ++i) {
    if (cards[i].pci_bus_id == pci_bus_id) return i;
  }
  return std::nullopt;
}

std::string uuid_digits(std::string_view uuid) {
  constexpr std::size_t digits = 32;
  const std::size_t dash = uuid.find('-');
  if (dash == uuid.npos) return {};
  std::string result = lower(uuid.substr(dash + 1));
  std::erase(result, '-');
  const bool hex = result.find_first_not_of("0123456789abcdef") == std::string::npos;
  return hex && result.size() == digits ? result : std::string();
}

std::string normal_pci_bus_id(std::string_view text) {
  std::string id = lower(text);
  const std::size_t colon = id.find(':');
  if (colon == std::string::npos) return id;
  const std::size_t first = std::min(id.find_first_not_of('0'), colon);
  return first == colon ? "0" + id.substr(colon) : id.substr(first);
}

}  // namespace sam
