#include "thalweg/python/output_log.h"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "thalweg/base/log.h"

namespace thalweg::python {
namespace {

/// Text of one line in the log; a longer one is cut into several.
constexpr size_t kMaxLogLine = 16384;

/// `line` without the tokens of connection strings, which PySpark prints at times.
std::string WithoutTokens(std::string line) {
  static constexpr std::string_view kParameter = "token=";
  static constexpr std::string_view kStars = "*********(redacted)";
  size_t at = 0;
  while ((at = line.find(kParameter, at)) != std::string::npos) {
    at += kParameter.size();
    const size_t end = std::min(line.find_first_of("; \t'\"", at), line.size());
    line.replace(at, end - at, kStars);
    at += kStars.size();
  }
  return line;
}

/// Takes whole lines off `text` and logs them; `all` takes the rest too.
void LogLines(const std::string& name, bool all, std::string* text) {
  size_t begin = 0;
  while (begin < text->size()) {
    size_t end = text->find('\n', begin);
    if (end == std::string::npos) {
      if (!all && text->size() - begin < kMaxLogLine) break;
      end = text->size();
    }
    const size_t stop = std::min(end, begin + kMaxLogLine);
    if (stop > begin) {
      const std::string line = WithoutTokens(text->substr(begin, stop - begin));
      Log(LogLevel::kWarning, name + ": " + line);
    }
    begin = stop == end ? end + 1 : stop;
  }
  text->erase(0, std::min(begin, text->size()));
}

}  // namespace

void OutputLog::Start(std::string name, int output, int errors) {
  name_ = std::move(name);
  stop_ = UniqueFd(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  thread_ = std::thread([this, output, errors] { CopyLines(output, errors); });
}

void OutputLog::Stop() {
  if (!thread_.joinable()) return;
  const uint64_t one = 1;
  if (::write(stop_.get(), &one, sizeof(one)) < 0)
    Log(LogLevel::kError, name_ + ": no end of its log");
  thread_.join();
}

void OutputLog::CopyLines(int output, int errors) {
  pollfd waited[3] = {{output, POLLIN, 0}, {errors, POLLIN, 0}, {stop_.get(), POLLIN, 0}};
  std::string texts[2];
  char piece[8192];
  while (waited[0].fd >= 0 || waited[1].fd >= 0) {
    if (::poll(waited, 3, -1) < 0 && errno != EINTR) break;
    bool read_any = false;
    for (int stream = 0; stream < 2; ++stream) {
      if (waited[stream].fd < 0 || (waited[stream].revents & (POLLIN | POLLHUP)) == 0) continue;
      const ssize_t count = ::read(waited[stream].fd, piece, sizeof(piece));
      if (count <= 0) {
        waited[stream].fd = -1;
        continue;
      }
      read_any = true;
      texts[stream].append(piece, static_cast<size_t>(count));
      LogLines(name_, false, &texts[stream]);
    }
    if (waited[2].revents != 0 && !read_any) break;
  }
  for (std::string& text : texts) LogLines(name_, true, &text);
}

}  // namespace thalweg::python
