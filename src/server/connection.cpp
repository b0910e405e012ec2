#include "server/connection.h"

#include <arpa/inet.h>
#include <httplib.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>

#include "server/problem.h"

namespace sam {
namespace {

// Request line and headers together; httplib bounds each line but not their number.
constexpr std::size_t head_limit_bytes = 64 * 1024;
constexpr std::size_t body_step_bytes = 64 * 1024;

// What httplib reads from and writes to.
class ParserStream final : public httplib::Stream {
 public:
  explicit ParserStream(SocketStream& socket) : socket_(socket) {}

  void begin_head() { head_bytes_left_ = head_limit_bytes; }

  bool is_readable() const override { return true; }  // read() waits itself
  bool is_writable() const override { return socket_.wait_writable(); }
  ssize_t read(char* bytes, std::size_t size) override {
    if (head_bytes_left_ == 0) return -1;
    const ssize_t count = socket_.read({bytes, std::min(size, head_bytes_left_)});
    if (count > 0) head_bytes_left_ -= static_cast<std::size_t>(count);
    return count;
  }
  ssize_t write(const char* bytes, std::size_t size) override {
    return socket_.write({bytes, size}) ? static_cast<ssize_t>(size) : -1;
  }
  void get_remote_ip_and_port(std::string& ip, int& port) const override {
    ip = "127.0.0.1";
    port = 0;
  }
  void get_local_ip_and_port(std::string& ip, int& port) const override { get_remote_ip_and_port(ip, port); }
  socket_t socket() const override { return socket_.socket(); }

 private:
  SocketStream& socket_;
  std::size_t head_bytes_left_ = 0;
};

std::string lower(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), [](unsigned char c) { return std::tolower(c); });
  return text;
}

Request head_of(const httplib::Request& given) {
  Request request;
  request.method = given.method;
  request.path = given.target.substr(0, given.target.find('?'));
  for (const auto& [name, value] : given.params) request.query.emplace(name, value);
  for (const auto& [name, value] : given.headers) request.headers.emplace(lower(name), value);
  return request;
}

// httplib's server is used as the parser of one connection: its own sockets, threads, routes and body reader stay unused,
// because they cannot end a connection early, notice a client that left, or limit a body before it is read.
class Connection final : private httplib::Server {
 public:
  Connection(SocketStream& socket, const HttpHandler& handler, DisconnectWatch& watch)
      : socket_(socket), stream_(socket), handler_(handler), watch_(watch) {
    svr_sock_ = socket.socket();  // httplib stops writing answers of a server that does not listen
    set_keep_alive_timeout(15);
    set_pre_routing_handler([this](const httplib::Request& request, httplib::Response& response) {
      answer(request, response);
      return HandlerResponse::Handled;
    });
    // Only what httplib refuses itself comes here with an empty body.
    set_error_handler(HandlerWithResponse([this](const httplib::Request&, httplib::Response& response) {
      if (answered_) return HandlerResponse::Unhandled;
      put(problem(response.status, "the request cannot be understood"), response);
      return HandlerResponse::Handled;
    }));
  }

  // False when the connection must end.
  bool serve_one(bool last) {
    bool closed = false;
    answered_ = false;
    stream_.begin_head();
    const bool written = process_request(stream_, last, closed, [](httplib::Request& request) {
      // Pictures and JSON are sent whole and as they are: compressing costs more than the loopback interface.
      request.ranges.clear();
      request.headers.erase("Accept-Encoding");
    });
    if (written && !answered_) socket_.finish();
    return written && answered_ && !closed && !close_ && !last;
  }

 private:
  void answer(const httplib::Request& given, httplib::Response& response) {
    answered_ = true;
    Request request = head_of(given);
    const Admission admission = handler_.admit(request);
    if (admission.refusal) return put_and_end_if_body(given, *admission.refusal, response);
    if (std::optional<Response> refusal = read_body(given, admission.body_limit_bytes, request.body)) {
      return put_and_end_if_body(given, *refusal, response);
    }
    std::stop_source stop;
    request.stop = stop.get_token();
    const DisconnectWatch::Watched watched(watch_, socket_.socket(), stop);
    put(handler_.handle(std::move(request)), response);
  }

  // A body that is not read would be taken for the next request.
  void put_and_end_if_body(const httplib::Request& given, Response answer, httplib::Response& response) {
    if (given.has_header("Content-Length") || given.has_header("Transfer-Encoding")) answer.close = true;
    put(std::move(answer), response);
  }

  std::optional<Response> read_body(const httplib::Request& given, std::size_t limit_bytes, std::string& body) {
    if (given.has_header("Transfer-Encoding")) {
      return problem(411, "a body must come with Content-Length; chunked bodies are not taken");
    }
    if (!given.has_header("Content-Length")) return std::nullopt;
    const std::string text = given.get_header_value("Content-Length");
    std::size_t size = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (given.get_header_value_count("Content-Length") != 1 ||
        (error != std::errc() && error != std::errc::result_out_of_range) || end != text.data() + text.size() ||
        text.empty()) {
      return problem(400, "Content-Length is not a number");
    }
    if (error == std::errc::result_out_of_range || size > limit_bytes) {
      return problem(413, "the body has " + text + " bytes; the limit here is " + std::to_string(limit_bytes));
    }
    // Grows as the bytes come: the length is only what somebody says.
    for (std::size_t at = 0; at < size;) {
      body.resize(std::min(size, at + body_step_bytes));
      const ssize_t count = socket_.read({body.data() + at, body.size() - at});
      if (count <= 0) return problem(408, "the body did not come in time");
      at += static_cast<std::size_t>(count);
    }
    return std::nullopt;
  }

  void put(Response answer, httplib::Response& response) {
    response.status = answer.status;
    for (auto& [name, value] : answer.headers) response.set_header(name, value);
    if (answer.close || answer.stream) close_ = true;
    if (close_) response.set_header("Connection", "close");
    if (answer.stream) {
      response.set_chunked_content_provider(
          answer.content_type, [produce = std::move(answer.stream)](std::size_t, httplib::DataSink& sink) {
            return produce([&sink](std::string_view bytes) { return sink.write(bytes.data(), bytes.size()); });
          });
    } else {
      response.body = std::move(answer.body);
      if (!answer.content_type.empty()) response.set_header("Content-Type", answer.content_type);
    }
  }

  SocketStream& socket_;
  ParserStream stream_;
  const HttpHandler& handler_;
  DisconnectWatch& watch_;
  bool answered_ = false;  // our handler saw the request; else httplib refused it and the connection is out of step
  bool close_ = false;
};

bool wait_for_request(SocketStream& stream, const ConnectionOptions& options) {
  constexpr int slice_ms = 500;
  for (int waited_ms = 0; waited_ms < options.idle_ms; waited_ms += slice_ms) {
    if (stream.wait_readable(slice_ms)) return true;
    if (options.crowded && options.crowded()) return false;
  }
  return false;
}

}  // namespace

void serve_connection(SocketStream& stream, const HttpHandler& handler, DisconnectWatch& watch,
                      const ConnectionOptions& options) {
  Connection connection(stream, handler, watch);
  for (int left = options.requests; left > 0; --left) {
    if (!wait_for_request(stream, options)) return;
    if (!connection.serve_one(left == 1)) break;
  }
  stream.finish();
}

}  // namespace sam
