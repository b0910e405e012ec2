#include "dataset/index.h"

#include <spdlog/spdlog.h>
#include <sqlite3.h>

#include <cstdio>
#include <stdexcept>

#include "platform/dry_run_files.h"
#include "platform/mutex.h"

namespace sam {
namespace {

constexpr int schema_version = 2;

constexpr const char* schema = R"(
  CREATE TABLE picture (
    name TEXT PRIMARY KEY, size_bytes INTEGER NOT NULL, modified_ns INTEGER NOT NULL, width INTEGER NOT NULL,
    height INTEGER NOT NULL, broken TEXT NOT NULL, annotation_count INTEGER NOT NULL, annotations_ns INTEGER NOT NULL,
    labels_ns INTEGER NOT NULL, proposals INTEGER NOT NULL DEFAULT 0, rejected INTEGER NOT NULL DEFAULT 0,
    marks INTEGER NOT NULL DEFAULT 0, classes BLOB NOT NULL DEFAULT x'') WITHOUT ROWID;
  CREATE TABLE setting (key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
)";

// From version 1, which knew the number of annotations alone.
constexpr const char* from_version_1 = R"(
  ALTER TABLE picture ADD COLUMN proposals INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE picture ADD COLUMN rejected INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE picture ADD COLUMN marks INTEGER NOT NULL DEFAULT 0;
  ALTER TABLE picture ADD COLUMN classes BLOB NOT NULL DEFAULT x'';
  UPDATE picture SET annotation_count=-1;
)";

constexpr std::int64_t reviewed_mark = 1;
constexpr std::int64_t faulty_mark = 2;

class SqliteError : public std::runtime_error {
 public:
  explicit SqliteError(const std::string& what, int code = SQLITE_CORRUPT) : std::runtime_error(what), code_(code) {}

  // Else it says nothing about the file: there was no memory, no space, or somebody else has it.
  bool is_damage() const {
    const int primary = code_ & 0xff;
    return code_ != SQLITE_IOERR_NOMEM && primary != SQLITE_NOMEM && primary != SQLITE_FULL && primary != SQLITE_BUSY;
  }

 private:
  int code_;
};

// The file as it is, without its write-ahead log: SQLite then makes no file beside it.
std::string immutable_uri(const std::filesystem::path& file) {
  std::string uri = "file:";
  for (char c : file.string()) {
    if (c == '%' || c == '?' || c == '#') {
      char escaped[4];
      std::snprintf(escaped, sizeof escaped, "%%%02X", static_cast<unsigned>(c));
      uri += escaped;
    } else {
      uri += c;
    }
  }
  return uri + "?immutable=1";
}

class Connection {
 public:
  Connection(const std::string& name, int flags) {
    const int code = sqlite3_open_v2(name.c_str(), &handle_, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    if (code == SQLITE_OK) return;
    const SqliteError error(sqlite3_errmsg(handle_), code);  // "out of memory" of null
    sqlite3_close_v2(handle_);
    throw error;
  }
  ~Connection() { sqlite3_close_v2(handle_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  sqlite3* get() const { return handle_; }
  void check(int code, int expected) const {
    if (code != expected) throw SqliteError(sqlite3_errmsg(handle_), sqlite3_extended_errcode(handle_));
  }
  void execute(const char* sql) const { check(sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr), SQLITE_OK); }

 private:
  sqlite3* handle_ = nullptr;
};

class Statement {
 public:
  Statement(const Connection& connection, const char* sql) : connection_(connection) {
    connection.check(sqlite3_prepare_v2(connection.get(), sql, -1, &handle_, nullptr), SQLITE_OK);
  }
  ~Statement() { sqlite3_finalize(handle_); }
  Statement(const Statement&) = delete;
  Statement& operator=(const Statement&) = delete;

  Statement& bind(std::int64_t value) {
    connection_.check(sqlite3_bind_int64(handle_, ++bound_, value), SQLITE_OK);
    return *this;
  }
  // text must outlive the step.
  Statement& bind(const std::string& text) {
    connection_.check(sqlite3_bind_text64(handle_, ++bound_, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8),
                      SQLITE_OK);
    return *this;
  }
  Statement& bind_bytes(const std::string& bytes) {
    connection_.check(sqlite3_bind_blob64(handle_, ++bound_, bytes.data(), bytes.size(), SQLITE_STATIC), SQLITE_OK);
    return *this;
  }
  bool step() {
    const int code = sqlite3_step(handle_);
    if (code != SQLITE_ROW) connection_.check(code, SQLITE_DONE);
    return code == SQLITE_ROW;
  }
  void run() {
    while (step()) {
    }
    sqlite3_reset(handle_);
    bound_ = 0;
  }
  std::int64_t integer(int column) const { return sqlite3_column_int64(handle_, column); }
  std::string text(int column) const {
    const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
    if (bytes == nullptr) throw SqliteError("out of memory", SQLITE_NOMEM);  // no column may be NULL
    return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
  }
  std::string bytes(int column) const {
    const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
    if (bytes == nullptr) return {};  // which is how none are given
    return std::string(bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column)));
  }

 private:
  const Connection& connection_;
  sqlite3_stmt* handle_ = nullptr;
  int bound_ = 0;
};

void make_schema(const Connection& connection) {
  Statement version(connection, "PRAGMA user_version");
  version.step();
  const std::int64_t found = version.integer(0);
  version.run();
  if (found == schema_version) return;
  if (found != 0 && found != 1) throw SqliteError("it is of version " + std::to_string(found));
  connection.execute("BEGIN");
  connection.execute(found == 1 ? from_version_1 : schema);
  connection.execute(("PRAGMA user_version=" + std::to_string(schema_version)).c_str());
  connection.execute("COMMIT");
}

bool is_of_limit(const Connection& connection, std::int64_t max_pixels) {
  Statement get(connection, "SELECT value FROM setting WHERE key='max_pixels'");
  const bool same = get.step() && get.integer(0) == max_pixels;
  get.run();
  return same;
}

void drop_rows_of_other_limit(const Connection& connection, std::int64_t max_pixels) {
  if (is_of_limit(connection, max_pixels)) return;
  connection.execute("DELETE FROM picture");
  Statement set(connection, "INSERT OR REPLACE INTO setting VALUES ('max_pixels', ?)");
  set.bind(max_pixels).run();
}

std::vector<IndexRow> read_all(const Connection& connection) {
  Statement select(connection,
                   "SELECT name, size_bytes, modified_ns, width, height, broken, annotation_count, annotations_ns, "
                   "labels_ns, proposals, rejected, marks, classes FROM picture");
  std::vector<IndexRow> rows;
  while (select.step()) {
    IndexRow& row = rows.emplace_back();
    row.name = select.text(0);
    row.size_bytes = static_cast<std::uint64_t>(select.integer(1));
    row.modified_ns = select.integer(2);
    row.size = {static_cast<int>(select.integer(3)), static_cast<int>(select.integer(4))};
    row.broken = select.text(5);
    row.annotations.count = static_cast<int>(select.integer(6));
    row.annotations_ns = select.integer(7);
    row.labels_ns = select.integer(8);
    row.annotations.proposals = static_cast<int>(select.integer(9));
    row.annotations.rejected = static_cast<int>(select.integer(10));
    row.annotations.reviewed = (select.integer(11) & reviewed_mark) != 0;
    row.annotations.faulty = (select.integer(11) & faulty_mark) != 0;
    row.annotations.classes = ClassSet::from_bytes(select.bytes(12));
  }
  return rows;
}

std::unique_ptr<Connection> connect(const std::filesystem::path& file, std::uint64_t max_pixels) {
  auto connection = std::make_unique<Connection>(file.string(), SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
  // The project's lock keeps others out; exclusive mode then needs no shared memory file, which network disks do not have.
  connection->execute("PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL");
  make_schema(*connection);
  drop_rows_of_other_limit(*connection, static_cast<std::int64_t>(max_pixels));
  return connection;
}

// Null: there is none, or none that can be used.
std::unique_ptr<Connection> connect_read_only(const std::filesystem::path& file, std::uint64_t max_pixels) {
  try {
    auto connection = std::make_unique<Connection>(immutable_uri(file), SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    return is_of_limit(*connection, static_cast<std::int64_t>(max_pixels)) ? std::move(connection) : nullptr;
  } catch (const SqliteError&) {
    return nullptr;
  }
}

}  // namespace

class Index::Database {
 public:
  Database(std::filesystem::path file, std::uint64_t max_pixels, FileSystem& files)
      : file_(std::move(file)), max_pixels_(max_pixels), files_(files) {
    MutexLock lock(mutex_);
    if (drops_writes(files_)) {
      connection_ = connect_read_only(file_, max_pixels_);
      return;
    }
    try {
      connection_ = connect(file_, max_pixels_);
    } catch (const SqliteError& error) {
      start_again(error);
    }
  }

  std::vector<IndexRow> all() {
    MutexLock lock(mutex_);
    if (!connection_) return {};
    try {
      return read_all(*connection_);
    } catch (const SqliteError& error) {
      if (!drops_writes(files_)) start_again(error);
      return {};
    }
  }

  // work runs in a transaction; a failure is logged and the index goes on without.
  template <typename Work>
  void write(Work work) {
    MutexLock lock(mutex_);
    if (!connection_ || drops_writes(files_)) return;
    try {
      connection_->execute("BEGIN");
      work(*connection_);
      connection_->execute("COMMIT");
    } catch (const SqliteError& error) {
      sqlite3_exec(connection_->get(), "ROLLBACK", nullptr, nullptr, nullptr);
      spdlog::warn("cannot write the index {}: {}; it will be rebuilt", file_.string(), error.what());
    }
  }

 private:
  void start_again(const SqliteError& reason) SAM_REQUIRES(mutex_) {
    connection_.reset();
    if (!reason.is_damage()) {
      spdlog::warn("no index: {}: {}; pictures are looked at anew in this run", file_.string(), reason.what());
      return;
    }
    spdlog::warn("the index {} is unusable ({}); it is kept beside it as .damaged, making a new one", file_.string(),
                 reason.what());
    try {
      if (files_.status(file_)) files_.rename(file_, file_.string() + ".damaged");
      for (const char* suffix : {"-wal", "-shm", "-journal"}) files_.remove(file_.string() + suffix);
      connection_ = connect(file_, max_pixels_);
    } catch (const std::exception& error) {
      spdlog::warn("no index: {}; pictures are looked at anew at each start", error.what());
    }
  }

  Mutex mutex_;
  const std::filesystem::path file_;
  const std::uint64_t max_pixels_;
  FileSystem& files_;
  std::unique_ptr<Connection> connection_ SAM_GUARDED_BY(mutex_);
};

Index::Index(const std::filesystem::path& file, std::uint64_t max_pixels, FileSystem& files)
    : database_(std::make_unique<Database>(file, max_pixels, files)) {}

Index::~Index() = default;

std::vector<IndexRow> Index::all() {
  return database_->all();
}

void Index::put(const std::vector<IndexRow>& rows) {
  if (rows.empty()) return;
  database_->write([&](const Connection& connection) {
    Statement insert(connection, "INSERT OR REPLACE INTO picture VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const IndexRow& row : rows) {
      insert.bind(row.name).bind(static_cast<std::int64_t>(row.size_bytes)).bind(row.modified_ns);
      insert.bind(std::int64_t{row.size.width}).bind(std::int64_t{row.size.height}).bind(row.broken);
      const AnnotationFacts& of = row.annotations;
      insert.bind(std::int64_t{of.count}).bind(row.annotations_ns).bind(row.labels_ns);
      insert.bind(std::int64_t{of.proposals}).bind(std::int64_t{of.rejected});
      insert.bind((of.reviewed ? reviewed_mark : 0) | (of.faulty ? faulty_mark : 0));
      insert.bind_bytes(of.classes.bytes()).run();
    }
  });
}

void Index::erase(const std::vector<std::string>& names) {
  if (names.empty()) return;
  database_->write([&](const Connection& connection) {
    Statement remove(connection, "DELETE FROM picture WHERE name=?");
    for (const std::string& name : names) remove.bind(name).run();
  });
}

}  // namespace sam
