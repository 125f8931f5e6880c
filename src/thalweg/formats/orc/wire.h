#pragma once

// The wire format of Protocol Buffers, as far as ORC's messages need it.

#include <cstdint>
#include <string>
#include <string_view>

#include "thalweg/base/status.h"

namespace thalweg::formats::orc {

/// Appends `value` in groups of seven bits, lowest first.
void AppendVarint(uint64_t value, std::string* out);

/// Reads the fields of one message. `bytes` outlives it.
class WireReader {
 public:
  explicit WireReader(std::string_view bytes) : rest_(bytes) {}

  /// Goes to the next field; false at the end. Errors: Invalid for malformed bytes.
  Result<bool> Next();
  uint32_t field() const { return field_; }
  /// The value of a field of numbers; 0 for others.
  uint64_t number() const { return number_; }
  /// The value of a field of bytes, texts, messages or packed numbers; empty for others.
  std::string_view bytes() const { return bytes_; }
  std::string text() const { return std::string(bytes_); }
  bool is_bytes() const { return is_bytes_; }

 private:
  Status ReadVarint(uint64_t* value);
  Status Take(uint64_t length, std::string_view* taken);

  std::string_view rest_;
  uint32_t field_ = 0;
  uint64_t number_ = 0;
  std::string_view bytes_;
  bool is_bytes_ = false;
};

/// Builds one message.
class WireWriter {
 public:
  void AddNumber(uint32_t field, uint64_t value);
  void AddBytes(uint32_t field, std::string_view bytes);
  std::string Take() { return std::move(out_); }

 private:
  std::string out_;
};

}  // namespace thalweg::formats::orc
