#include "thalweg/formats/orc/stripe_reader.h"

#include <map>
#include <optional>
#include <utility>

#include "thalweg/formats/orc/compression.h"

namespace thalweg::formats::orc {
namespace {

Status Damaged(const char* what) { return Status::Invalid("damaged ORC file: ", what); }

/// Marks a column and those inside it.
void Select(const std::vector<Type>& types, uint64_t column, std::vector<bool>* selected) {
  (*selected)[column] = true;
  for (const uint64_t child : types[column].subtypes) Select(types, child, selected);
}

bool IsIndex(uint64_t kind) {
  return kind == static_cast<uint64_t>(StreamKind::kRowIndex) ||
         kind == static_cast<uint64_t>(StreamKind::kBloomFilter) ||
         kind == static_cast<uint64_t>(StreamKind::kBloomFilterUtf8);
}

using StreamBytes = std::map<std::pair<uint64_t, uint64_t>, std::string>;

/// The streams of selected columns by column and kind.
Result<StreamBytes> ReadStreams(arrow::io::RandomAccessFile* file, const FileTail& tail,
                                const StripeInformation& stripe, const StripeFooter& footer,
                                const std::vector<uint64_t>& columns) {
  std::vector<bool> selected(tail.footer.types.size(), false);
  for (const uint64_t column : columns) Select(tail.footer.types, column, &selected);
  ARROW_ASSIGN_OR_RAISE(const auto codec,
                        BlockCodec::Make(tail.compression, tail.compression_block_size));
  StreamBytes streams;
  const uint64_t end = stripe.index_length + stripe.data_length;
  uint64_t at = 0;
  for (const Stream& stream : footer.streams) {
    if (stream.length > end - at) return Damaged("a stream beyond the end of its stripe");
    const uint64_t begin = at;
    at += stream.length;
    if (stream.column >= selected.size() || !selected[stream.column] || IsIndex(stream.kind)) {
      continue;
    }
    ARROW_ASSIGN_OR_RAISE(std::string bytes, ReadBytes(file, stripe.offset + begin, stream.length));
    ARROW_ASSIGN_OR_RAISE(bytes, codec->Decompress(std::move(bytes)));
    streams[{stream.column, stream.kind}] = std::move(bytes);
  }
  return streams;
}

Result<StripeFooter> ReadStripeFooter(arrow::io::RandomAccessFile* file, const FileTail& tail,
                                      const StripeInformation& stripe) {
  ARROW_ASSIGN_OR_RAISE(const auto codec,
                        BlockCodec::Make(tail.compression, tail.compression_block_size));
  ARROW_ASSIGN_OR_RAISE(std::string bytes,
                        ReadBytes(file, stripe.offset + stripe.index_length + stripe.data_length,
                                  stripe.footer_length));
  ARROW_ASSIGN_OR_RAISE(bytes, codec->Decompress(std::move(bytes)));
  return ParseStripeFooter(bytes);
}

}  // namespace

Result<std::unique_ptr<StripeReader>> StripeReader::Open(arrow::io::RandomAccessFile* file,
                                                         const FileTail& tail,
                                                         const StripeInformation& stripe,
                                                         const std::vector<uint64_t>& columns,
                                                         const std::string& local_time_zone) {
  auto reader = std::make_unique<StripeReader>();
  ARROW_ASSIGN_OR_RAISE(reader->footer_, ReadStripeFooter(file, tail, stripe));
  ARROW_ASSIGN_OR_RAISE(StreamBytes streams,
                        ReadStreams(file, tail, stripe, reader->footer_, columns));
  StripeInput input;
  input.types = &tail.footer.types;
  input.encodings = &reader->footer_.encodings;
  input.writer_time_zone = reader->footer_.writer_time_zone;
  input.local_time_zone = local_time_zone;
  input.is_proleptic = tail.footer.is_proleptic;
  input.take_stream = [&](uint64_t column, StreamKind kind) -> std::optional<std::string> {
    const auto found = streams.find({column, static_cast<uint64_t>(kind)});
    if (found == streams.end()) return std::nullopt;
    std::string bytes = std::move(found->second);
    streams.erase(found);
    return bytes;
  };
  for (const uint64_t column : columns) {
    ARROW_ASSIGN_OR_RAISE(auto decoder, MakeColumnDecoder(column, input));
    reader->columns_.push_back(std::move(decoder));
  }
  reader->rows_left_ = static_cast<int64_t>(stripe.num_rows);
  return reader;
}

Result<std::vector<ArrayDataPtr>> StripeReader::Next(int64_t rows) {
  std::vector<ArrayDataPtr> arrays;
  for (const auto& column : columns_) {
    ARROW_ASSIGN_OR_RAISE(ArrayDataPtr array, column->Next({rows, nullptr}));
    arrays.push_back(std::move(array));
  }
  rows_left_ -= rows;
  return arrays;
}

}  // namespace thalweg::formats::orc
