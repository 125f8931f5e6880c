#pragma once

// What the benchmarks that print tables of their own share: numbers from the command line, a
// directory that goes with its owner, percentiles.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/result.h>

namespace thalweg::bench {

/// The value of "name=value" among the arguments, else `fallback`. Others are not looked at.
inline int64_t NumberArgument(int argc, char** argv, std::string_view name, int64_t fallback) {
  for (int i = 1; i < argc; ++i) {
    const std::string_view argument = argv[i];
    if (argument.starts_with(name) && argument.substr(name.size()).starts_with("=")) {
      return std::strtoll(argv[i] + name.size() + 1, nullptr, 10);
    }
  }
  return fallback;
}

/// Ends the program if there is an error.
inline void Check(const arrow::Status& status) {
  if (status.ok()) return;
  std::cerr << status.ToString() << "\n";
  std::abort();
}
template <typename Value>
void Check(const arrow::Result<Value>& result) {
  Check(result.status());
}

/// Made where TMPDIR says; a slow or small disk shows in every figure.
class TemporaryPlace {
 public:
  TemporaryPlace() {
    path_ = (std::filesystem::temp_directory_path() / "thalweg-bench-XXXXXX").string();
    if (mkdtemp(path_.data()) == nullptr) std::abort();
  }
  ~TemporaryPlace() { std::filesystem::remove_all(path_); }
  TemporaryPlace(const TemporaryPlace&) = delete;
  TemporaryPlace& operator=(const TemporaryPlace&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// The value that a share of the values does not pass. Sorts them.
inline double Percentile(std::vector<double>* values, double share) {
  if (values->empty()) return 0;
  std::sort(values->begin(), values->end());
  const auto place = static_cast<size_t>(share * static_cast<double>(values->size()));
  return (*values)[std::min(place, values->size() - 1)];
}

/// A line "VmRSS:   123 kB" or "Threads: 4" of /proc/self/status.
inline int64_t OwnStatus(std::string_view name) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with(name)) return std::strtoll(line.c_str() + name.size() + 1, nullptr, 10);
  }
  return 0;
}

}  // namespace thalweg::bench
