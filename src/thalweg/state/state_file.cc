#include "thalweg/state/state_file.h"

#include <algorithm>
#include <cstring>

#include "thalweg/base/fault_point.h"
#include "thalweg/base/crc32c.h"

namespace thalweg::state {
namespace {

constexpr std::string_view kMagic = "THWSTAT1";
constexpr uint32_t kFormatVersion = 1;
constexpr size_t kBlockBytes = 256 << 10;
constexpr size_t kSmallBlockBytes = 4 << 10;
/// Upper bound of what a record takes beside key and value: block type, expiry, type, key group and
/// two sizes.
constexpr size_t kLargestRecordFrame = 1 + 9 + 1 + 3 * 10;

enum BlockType : char { kHeaderBlock = 'H', kRecordBlock = 'R', kEndBlock = 'E' };
enum RecordType : uint8_t { kPut = 1, kDelete = 2, kSetExpiry = 3 };

template <typename Value>
void AppendFixed(Value value, std::string* out) {
  out->append(reinterpret_cast<const char*>(&value), sizeof(Value));
}

void AppendVarint(uint64_t value, std::string* out) {
  while (value >= 0x80) {
    out->push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value));
}

char* PutVarint(uint64_t value, char* out) {
  for (; value >= 0x80; value >>= 7) *out++ = static_cast<char>(value | 0x80);
  *out++ = static_cast<char>(value);
  return out;
}

char* PutBytes(std::string_view bytes, char* out) {
  // Not memcpy: nothing may lie nowhere.
  return out + bytes.copy(out, bytes.size());
}

void AppendText(std::string_view text, std::string* out) {
  AppendVarint(text.size(), out);
  out->append(text);
}

/// Reads values off the front of a block; `failed` once something was missing.
struct BlockReader {
  std::string_view rest;
  bool failed = false;

  template <typename Value>
  Value Fixed() {
    Value value{};
    if (rest.size() < sizeof(Value)) {
      failed = true;
      return value;
    }
    std::memcpy(&value, rest.data(), sizeof(Value));
    rest.remove_prefix(sizeof(Value));
    return value;
  }

  uint64_t Varint() {
    uint64_t value = 0;
    for (int shift = 0; shift < 64 && !rest.empty(); shift += 7) {
      const uint8_t byte = static_cast<uint8_t>(rest.front());
      rest.remove_prefix(1);
      value |= static_cast<uint64_t>(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
    failed = true;
    return 0;
  }

  std::string_view Text() {
    const uint64_t size = Varint();
    if (failed || size > rest.size()) {
      failed = true;
      return {};
    }
    const std::string_view text = rest.substr(0, size);
    rest.remove_prefix(size);
    return text;
  }
};

Status Corrupt(const std::string& path, int64_t epoch, const std::string& reason) {
  return MakeError("CANNOT_LOAD_STATE_STORE.CORRUPT_FILE",
                   {{"file", path}, {"epoch", std::to_string(epoch)}, {"reason", reason}});
}

Status Missing(const std::string& path, int64_t epoch) {
  const bool snapshot = path.ends_with(".snapshot");
  return MakeError(snapshot ? "CANNOT_LOAD_STATE_STORE.CANNOT_READ_MISSING_SNAPSHOT_FILE"
                            : "CANNOT_LOAD_STATE_STORE.CANNOT_READ_DELTA_FILE_NOT_EXISTS",
                   {{"fileToRead", path}, {"epoch", std::to_string(epoch)}});
}

Result<StateFileHeader> ParseHeader(BlockReader block, const std::string& path, int64_t epoch) {
  const uint32_t version = block.Fixed<uint32_t>();
  if (!block.failed && version != kFormatVersion) {
    return MakeError(
        "CANNOT_LOAD_STATE_STORE.INVALID_CHANGE_LOG_READER_VERSION",
        {{"version", std::to_string(version)}, {"file", path}, {"epoch", std::to_string(epoch)}});
  }
  StateFileHeader header;
  header.kind = static_cast<StateFileKind>(block.Fixed<uint8_t>());
  header.epoch = block.Fixed<int64_t>();
  header.num_key_groups = block.Fixed<int32_t>();
  header.expired_through = block.Fixed<int64_t>();
  header.key_signature = block.Text();
  header.value_signature = block.Text();
  if (block.failed) return Corrupt(path, epoch, "the header is too short");
  return header;
}

/// One file being read.
class Reader {
 public:
  Reader(const std::string& path, int64_t epoch, std::string_view content)
      : path_(path), epoch_(epoch), content_(content) {}

  Status Read(const StateFileVisitor& visitor) {
    if (!content_.starts_with(kMagic)) return Corrupt(path_, epoch_, "it is no state file");
    content_.remove_prefix(kMagic.size());
    for (bool first = true;; first = false) {
      ARROW_ASSIGN_OR_RAISE(BlockReader block, NextBlock());
      const char type = static_cast<char>(block.Fixed<uint8_t>());
      if (first != (type == kHeaderBlock)) return Corrupt(path_, epoch_, "blocks out of order");
      if (type == kHeaderBlock) {
        ARROW_ASSIGN_OR_RAISE(StateFileHeader header, ParseHeader(block, path_, epoch_));
        num_key_groups_ = header.num_key_groups;
        ARROW_RETURN_NOT_OK(visitor.on_header(header));
      } else if (type == kRecordBlock) {
        ARROW_RETURN_NOT_OK(ReadRecords(block, visitor));
      } else if (type == kEndBlock) {
        return CheckEnd(block);
      } else {
        return Corrupt(path_, epoch_, "an unknown block");
      }
    }
  }

 private:
  Result<BlockReader> NextBlock() {
    BlockReader reader{content_};
    const uint32_t size = reader.Fixed<uint32_t>();
    const uint32_t crc = reader.Fixed<uint32_t>();
    if (reader.failed || size == 0 || size > reader.rest.size()) {
      return Corrupt(path_, epoch_, "it ends too early");
    }
    const std::string_view payload = reader.rest.substr(0, size);
    if (Crc32c(payload) != crc) return Corrupt(path_, epoch_, "a checksum does not match");
    content_ = reader.rest.substr(size);
    return BlockReader{payload};
  }

  Status ReadRecords(BlockReader block, const StateFileVisitor& visitor) {
    const auto num_workers = static_cast<uint32_t>(visitor.num_workers);
    const auto worker = static_cast<uint32_t>(visitor.worker);
    while (!block.rest.empty()) {
      const uint8_t type = block.Fixed<uint8_t>();
      if (type == kSetExpiry) {
        expiry_ = block.Fixed<int64_t>();
        continue;
      }
      StateRecord record;
      record.deleted = type == kDelete;
      record.expiry = expiry_;
      record.key_group = static_cast<int32_t>(block.Varint());
      record.key = block.Text();
      if (type == kPut) record.value = block.Text();
      if (block.failed || (type != kPut && type != kDelete)) {
        return Corrupt(path_, epoch_, "a record is malformed");
      }
      ++num_records_;
      const bool concerns_all = record.key_group == num_key_groups_;
      if (num_workers > 1 && !concerns_all &&
          static_cast<uint32_t>(record.key_group) % num_workers != worker) {
        continue;
      }
      ARROW_RETURN_NOT_OK(visitor.on_record(record));
    }
    return Status::OK();
  }

  Status CheckEnd(BlockReader block) {
    if (block.Fixed<uint64_t>() != num_records_ || block.failed || !content_.empty()) {
      return Corrupt(path_, epoch_, "the end marker does not match");
    }
    return Status::OK();
  }

  const std::string& path_;
  int64_t epoch_;
  std::string_view content_;
  int32_t num_key_groups_ = 0;
  int64_t expiry_ = kNoExpiry;
  uint64_t num_records_ = 0;
};

}  // namespace

Result<std::unique_ptr<StateFileWriter>> StateFileWriter::Make(FileSystem* file_system,
                                                               const std::string& path,
                                                               const StateFileHeader& header) {
  ARROW_ASSIGN_OR_RAISE(auto file, file_system->CreateNew(path));
  return Make(std::move(file), header);
}

Result<std::unique_ptr<StateFileWriter>> StateFileWriter::Make(std::unique_ptr<WritableFile> file,
                                                               const StateFileHeader& header) {
  std::unique_ptr<StateFileWriter> writer(new StateFileWriter(std::move(file)));
  ARROW_RETURN_NOT_OK(writer->file_->Append(kMagic));
  writer->bytes_written_ = static_cast<int64_t>(kMagic.size());
  std::string block(1, kHeaderBlock);
  AppendFixed(kFormatVersion, &block);
  AppendFixed(static_cast<uint8_t>(header.kind), &block);
  AppendFixed(header.epoch, &block);
  AppendFixed(header.num_key_groups, &block);
  AppendFixed(header.expired_through, &block);
  AppendText(header.key_signature, &block);
  AppendText(header.value_signature, &block);
  std::memcpy(writer->Grow(block.size()), block.data(), block.size());
  writer->block_size_ = block.size();
  ARROW_RETURN_NOT_OK(writer->FlushBlock());
  return writer;
}

/// Makes room for more bytes in the block; gives their place.
char* StateFileWriter::Grow(size_t bytes) {
  if (block_size_ + bytes > block_capacity_) {
    // Small files stay small; large ones get a whole block at the second step.
    const size_t least = block_capacity_ == 0 ? kSmallBlockBytes : kBlockBytes + kSmallBlockBytes;
    block_capacity_ = std::max(least, block_size_ + bytes);
    std::unique_ptr<char[]> grown(new char[block_capacity_]);
    if (block_size_ > 0) std::memcpy(grown.get(), block_.get(), block_size_);
    block_ = std::move(grown);
  }
  return block_.get() + block_size_;
}

Status StateFileWriter::FlushBlock() {
  if (block_size_ == 0) return Status::OK();
  const std::string_view block(block_.get(), block_size_);
  std::string frame;
  AppendFixed(static_cast<uint32_t>(block.size()), &frame);
  AppendFixed(Crc32c(block), &frame);
  // A small block is written at once with its frame, a large one without another copy.
  if (block.size() <= kSmallBlockBytes) {
    frame += block;
    ARROW_RETURN_NOT_OK(file_->Append(frame));
  } else {
    ARROW_RETURN_NOT_OK(file_->Append(frame));
    ARROW_RETURN_NOT_OK(file_->Append(block));
  }
  bytes_written_ += static_cast<int64_t>(8 + block.size());
  block_size_ = 0;
  return Status::OK();
}

Status StateFileWriter::Write(const StateRecord& record,
                              std::initializer_list<std::string_view> value) {
  size_t value_size = 0;
  for (const std::string_view part : value) value_size += part.size();
  char* const begin = Grow(kLargestRecordFrame + record.key.size() + value_size);
  char* out = begin;
  if (block_size_ == 0) *out++ = kRecordBlock;
  if (record.expiry != expiry_) {
    expiry_ = record.expiry;
    *out++ = kSetExpiry;
    out = PutBytes({reinterpret_cast<const char*>(&expiry_), sizeof(expiry_)}, out);
  }
  *out++ = static_cast<char>(record.deleted ? kDelete : kPut);
  out = PutVarint(static_cast<uint32_t>(record.key_group), out);
  out = PutBytes(record.key, PutVarint(record.key.size(), out));
  if (!record.deleted) {
    out = PutVarint(value_size, out);
    for (const std::string_view part : value) out = PutBytes(part, out);
  }
  block_size_ += static_cast<size_t>(out - begin);
  ++num_records_;
  return block_size_ >= kBlockBytes ? FlushBlock() : Status::OK();
}

Status StateFileWriter::Finish() {
  ARROW_RETURN_NOT_OK(FlushBlock());
  FAULT_POINT("state.half");
  char* const end = Grow(1 + sizeof(num_records_));
  *end = kEndBlock;
  PutBytes({reinterpret_cast<const char*>(&num_records_), sizeof(num_records_)}, end + 1);
  block_size_ = 1 + sizeof(num_records_);
  ARROW_RETURN_NOT_OK(FlushBlock());
  FAULT_POINT("state.before_sync");
  ARROW_RETURN_NOT_OK(file_->Sync());
  return file_->Close();
}

Result<int64_t> ReadStateFile(FileSystem* file_system, const std::string& path, int64_t epoch,
                              const StateFileVisitor& visitor) {
  auto file = file_system->Open(path);
  if (!file.ok()) {
    return IsNotFound(file.status()) ? Missing(path, epoch)
                                     : Corrupt(path, epoch, file.status().ToString());
  }
  std::string_view content = (*file)->mapped();
  std::string copy;
  if (content.empty() && (*file)->size() > 0) {
    copy.resize((*file)->size());
    ARROW_ASSIGN_OR_RAISE(const int64_t got,
                          (*file)->Read(0, static_cast<int64_t>(copy.size()), copy.data()));
    copy.resize(got);
    content = copy;
  }
  ARROW_RETURN_NOT_OK(Reader(path, epoch, content).Read(visitor));
  if (visitor.on_end != nullptr) ARROW_RETURN_NOT_OK(visitor.on_end());
  return (*file)->size();
}

int64_t EstimateStateRecords(FileSystem* file_system, const std::string& path) {
  constexpr int64_t kSmallestRecord = 3;
  uint64_t number = 0;
  const auto file = file_system->Open(path);
  if (!file.ok() || (*file)->size() < static_cast<int64_t>(sizeof(number))) return 0;
  const auto got = (*file)->Read((*file)->size() - static_cast<int64_t>(sizeof(number)),
                                 sizeof(number), reinterpret_cast<char*>(&number));
  const bool possible = got.ok() && *got == sizeof(number) &&
                        number <= static_cast<uint64_t>((*file)->size() / kSmallestRecord);
  return possible ? static_cast<int64_t>(number) : 0;
}

}  // namespace thalweg::state
