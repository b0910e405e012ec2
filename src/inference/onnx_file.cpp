#include "inference/onnx_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <optional>
#include <set>
#include <string_view>

#include "inference/model.h"
#include "platform/file_system.h"
#include "platform/hash.h"

namespace sam {
namespace {

// Messages nest: graph, node, attribute, tensor; a loop body is a graph again.
constexpr int kMaxDepth = 64;

struct Damaged {};  // not well-formed protobuf

struct Field {
  std::uint64_t number = 0;
  std::string_view bytes;  // of a length-delimited field; empty for the others
};

// https://protobuf.dev/programming-guides/encoding: a message is a row of (number, wire type, value).
class MessageReader {
 public:
  explicit MessageReader(std::string_view bytes) : rest_(bytes) {}

  std::optional<Field> next() {
    if (rest_.empty()) return std::nullopt;
    const std::uint64_t key = varint();
    Field field{key >> 3, {}};
    switch (key & 7) {
      case 0:
        varint();
        break;
      case 1:
        take(8);
        break;
      case 2:
        field.bytes = take(varint());
        break;
      case 5:
        take(4);
        break;
      default:
        throw Damaged();
    }
    return field;
  }

 private:
  std::uint64_t varint() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const auto byte = static_cast<unsigned char>(take(1)[0]);
      value |= std::uint64_t{byte & 0x7fu} << shift;
      if (byte < 0x80) return value;
    }
    throw Damaged();
  }

  std::string_view take(std::uint64_t count) {
    if (count > rest_.size()) throw Damaged();
    const std::string_view taken = rest_.substr(0, count);
    rest_.remove_prefix(count);
    return taken;
  }

  std::string_view rest_;
};

// Field numbers are those of onnx.proto.
struct Contents {
  std::vector<std::string> inputs;
  std::vector<std::string> outputs;
  std::set<std::string, std::less<>> initializers;
  std::set<std::string> locations;  // of external data
  bool has_graph = false;
};

void read_graph(std::string_view bytes, int depth, Contents& contents);

std::string read_name(std::string_view bytes, std::uint64_t number) {
  MessageReader reader(bytes);
  std::string name;
  while (const auto field = reader.next()) {
    if (field->number == number) name = field->bytes;
  }
  return name;
}

void read_tensor(std::string_view bytes, Contents& contents) {
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number != 13) continue;  // external_data: a key and a value
    if (read_name(field->bytes, 1) == "location") contents.locations.insert(read_name(field->bytes, 2));
  }
}

void read_attribute(std::string_view bytes, int depth, Contents& contents) {
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 5 || field->number == 10) read_tensor(field->bytes, contents);
    if (field->number == 6 || field->number == 11) read_graph(field->bytes, depth + 1, contents);
  }
}

void read_node(std::string_view bytes, int depth, Contents& contents) {
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 5) read_attribute(field->bytes, depth, contents);
  }
}

void read_graph(std::string_view bytes, int depth, Contents& contents) {
  if (depth > kMaxDepth) throw Damaged();
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number == 1) read_node(field->bytes, depth, contents);
    if (field->number == 5) read_tensor(field->bytes, contents);
    if (depth > 0) continue;
    if (field->number == 5) contents.initializers.insert(read_name(field->bytes, 8));
    if (field->number == 11) contents.inputs.push_back(read_name(field->bytes, 1));
    if (field->number == 12) contents.outputs.push_back(read_name(field->bytes, 1));
  }
}

Contents read_model(std::string_view bytes) {
  Contents contents;
  MessageReader reader(bytes);
  while (const auto field = reader.next()) {
    if (field->number != 7) continue;
    contents.has_graph = true;
    read_graph(field->bytes, 0, contents);
  }
  std::erase_if(contents.inputs, [&](const std::string& name) { return contents.initializers.contains(name); });
  if (!contents.has_graph || contents.outputs.empty()) throw Damaged();
  return contents;
}

// A file mapped for reading.
class MappedFile {
 public:
  explicit MappedFile(const std::filesystem::path& path) {
    const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status{};
    if (file < 0 || ::fstat(file, &status) != 0 || S_ISDIR(status.st_mode)) {
      const int reason = file >= 0 && S_ISDIR(status.st_mode) ? EISDIR : errno;
      if (file >= 0) ::close(file);
      throw ModelError("cannot read model " + path.string() + ": " + std::strerror(reason));
    }
    size_ = static_cast<std::size_t>(status.st_size);
    if (size_ > 0) data_ = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file, 0);
    ::close(file);
    if (size_ > 0 && data_ == MAP_FAILED) throw ModelError("cannot map model " + path.string());
  }
  ~MappedFile() {
    if (size_ > 0) ::munmap(data_, size_);
  }
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

std::filesystem::path external_file(const std::filesystem::path& model, const std::string& location) {
  const std::filesystem::path relative = std::filesystem::path(location).lexically_normal();
  if (relative.empty() || relative.is_absolute() || *relative.begin() == "..") {
    throw ModelError("model " + model.string() + " keeps its weights outside its folder (\"" + location +
                     "\"), refused");
  }
  const std::filesystem::path path = model.parent_path() / relative;
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    throw ModelError("model " + model.string() + " keeps its weights in " + path.string() +
                     ", which does not exist: copy that file beside the model");
  }
  return path;
}

// locations: as the file names its external data, in the order of graph.external_data.
OnnxGraph read_graph_of(const std::filesystem::path& path, std::set<std::string>& locations) {
  OnnxGraph graph;
  Contents contents;
  try {
    const MappedFile file(path);
    contents = read_model(file.bytes());
    graph.size_bytes = file.bytes().size();
  } catch (const Damaged&) {
    throw ModelError("model " + path.string() + " is no ONNX file or is damaged (cut off while downloading?)");
  }
  graph.inputs = std::move(contents.inputs);
  graph.outputs = std::move(contents.outputs);
  for (const std::string& location : contents.locations) {
    graph.external_data.push_back(external_file(path, location));
    graph.size_bytes += std::filesystem::file_size(graph.external_data.back());
  }
  locations = std::move(contents.locations);
  return graph;
}

}  // namespace

OnnxGraph read_onnx_graph(const std::filesystem::path& path) {
  std::set<std::string> locations;
  return read_graph_of(path, locations);
}

OnnxFile read_onnx_file(const std::filesystem::path& path) {
  std::set<std::string> locations;
  OnnxFile result{read_graph_of(path, locations), ""};
  try {
    std::string hashes = file_hash(path);
    auto external = result.external_data.begin();
    for (const std::string& location : locations) hashes += location + '\n' + file_hash(*external++);
    result.hash = locations.empty() ? hashes : content_hash(hashes);
  } catch (const FileError& error) {
    throw ModelError("model " + path.string() + ": " + error.what());
  }
  return result;
}

}  // namespace sam
