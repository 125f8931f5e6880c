#pragma once

// Numbers and texts as a worker reads them: big-endian, texts as int32 length and UTF-8 bytes.

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace thalweg::python {

/// Numbers that stand where a length is expected.
enum class Mark : int32_t {
  kEndOfData = -1,
  kException = -2,
  kTiming = -3,
  kEndOfStream = -4,
  kNull = -5,
  kStartArrowStream = -6,
  kStartInitMessage = -8,
};

/// Appends to a growing text.
class WireWriter {
 public:
  void Byte(uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void Bool(bool value) { Byte(value ? 1 : 0); }
  void Int(int64_t value) { BigEndian(static_cast<uint64_t>(value), 4); }
  void Long(int64_t value) { BigEndian(static_cast<uint64_t>(value), 8); }
  void Put(Mark mark) { Int(static_cast<int32_t>(mark)); }
  /// Length and bytes.
  void Text(std::string_view text) {
    Int(static_cast<int64_t>(text.size()));
    Raw(text);
  }
  void Raw(std::string_view bytes) { bytes_.append(bytes); }

  const std::string& bytes() const { return bytes_; }
  std::string Take() { return std::move(bytes_); }

 private:
  void BigEndian(uint64_t value, int size) {
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8)
      Byte(static_cast<uint8_t>(value >> shift));
  }

  std::string bytes_;
};

/// The number that four bytes hold.
inline int32_t ReadWireInt(const uint8_t* bytes) {
  return static_cast<int32_t>(static_cast<uint32_t>(bytes[0]) << 24 |
                              static_cast<uint32_t>(bytes[1]) << 16 |
                              static_cast<uint32_t>(bytes[2]) << 8 | bytes[3]);
}

}  // namespace thalweg::python
