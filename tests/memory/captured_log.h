// What spdlog's default logger writes while this lives, one message a line: "warning a sentence".
// Threading: everything from any thread.
#pragma once

#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <mutex>
#include <sstream>
#include <string>

namespace sam {

class CapturedLog {
 public:
  CapturedLog() : before_(spdlog::default_logger()) {
    spdlog::set_default_logger(std::make_shared<spdlog::logger>("captured", sink_));
  }
  ~CapturedLog() { spdlog::set_default_logger(before_); }
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  std::string text() const { return sink_->text(); }

  int count(const std::string& sentence) const {
    const std::string text = sink_->text();
    int found = 0;
    for (auto at = text.find(sentence); at != std::string::npos; at = text.find(sentence, at + 1)) ++found;
    return found;
  }

  int warnings() const {
    int count = 0;
    std::istringstream lines(sink_->text());
    for (std::string line; std::getline(lines, line);)
      count += line.starts_with("warning ") || line.starts_with("error ");
    return count;
  }

 private:
  class Sink final : public spdlog::sinks::base_sink<std::mutex> {
   public:
    std::string text() {
      const std::lock_guard<std::mutex> lock(mutex_);
      return text_;
    }

   private:
    void sink_it_(const spdlog::details::log_msg& message) override {
      const auto level = spdlog::level::to_string_view(message.level);
      text_.append(level.data(), level.size()).append(" ");
      text_.append(message.payload.data(), message.payload.size()).append("\n");
    }
    void flush_() override {}

    std::string text_;
  };

  const std::shared_ptr<Sink> sink_ = std::make_shared<Sink>();
  const std::shared_ptr<spdlog::logger> before_;
};

}  // namespace sam
