#include "thalweg/formats/orc/file_writer.h"

#include <utility>

#include <arrow/api.h>

#include "thalweg/formats/orc/column_types.h"

namespace thalweg::formats::orc {
namespace {

constexpr char kMagic[] = "ORC";
// What Spark says of itself in the files that it writes, and asks for nowhere.
constexpr char kVersionKey[] = "org.apache.spark.version";
constexpr char kVersion[] = "4.3.0";

/// Whether a stream of the column is runs of integers, whose version the encoding tells.
bool HasIntegerRuns(TypeKind kind) {
  switch (kind) {
    case TypeKind::kBoolean:
    case TypeKind::kByte:
    case TypeKind::kFloat:
    case TypeKind::kDouble:
    case TypeKind::kStruct:
      return false;
    default:
      return true;
  }
}

}  // namespace

Result<std::unique_ptr<FileWriter>> FileWriter::Make(WritableFile* file,
                                                     const arrow::Schema& schema,
                                                     const WriteOptions& options) {
  std::unique_ptr<FileWriter> writer(new FileWriter(file, options));
  ARROW_ASSIGN_OR_RAISE(
      writer->codec_,
      BlockCodec::Make(options.compression, static_cast<uint64_t>(options.block_bytes)));
  AppendTypes(*arrow::struct_(schema.fields()), &writer->footer_.types);
  const std::vector<uint64_t> tops = writer->footer_.types[0].subtypes;
  for (int i = 0; i < schema.num_fields(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto column,
                          MakeColumnEncoder(*schema.field(i)->type(), tops[static_cast<size_t>(i)],
                                            options.local_time_zone));
    writer->columns_.push_back(std::move(column));
  }
  writer->footer_.metadata = {{kVersionKey, kVersion}};
  ARROW_RETURN_NOT_OK(writer->Append(kMagic));
  return writer;
}

Status FileWriter::Append(const std::string& bytes) {
  ARROW_RETURN_NOT_OK(file_->Append(bytes));
  position_ += bytes.size();
  return Status::OK();
}

Status FileWriter::Write(const Batch& batch) {
  if (batch.num_rows == 0) return Status::OK();
  size_t bytes = 0;
  for (size_t i = 0; i < columns_.size(); ++i) {
    ARROW_RETURN_NOT_OK(columns_[i]->Add(*batch.columns[i]));
    bytes += columns_[i]->size();
  }
  rows_in_stripe_ += static_cast<uint64_t>(batch.num_rows);
  return static_cast<int64_t>(bytes) < options_.stripe_bytes ? Status::OK() : FlushStripe();
}

Status FileWriter::FlushStripe() {
  if (rows_in_stripe_ == 0) return Status::OK();
  std::vector<EncodedStream> streams;
  for (const auto& column : columns_) column->TakeStreams(&streams);
  StripeInformation stripe;
  stripe.offset = position_;
  stripe.num_rows = std::exchange(rows_in_stripe_, 0);
  StripeFooter stripe_footer;
  for (const Type& type : footer_.types) {
    const EncodingKind kind = HasIntegerRuns(static_cast<TypeKind>(type.kind))
                                  ? EncodingKind::kDirectV2
                                  : EncodingKind::kDirect;
    stripe_footer.encodings.push_back({static_cast<uint64_t>(kind), 0});
  }
  stripe_footer.writer_time_zone = options_.local_time_zone;
  for (EncodedStream& stream : streams) {
    ARROW_ASSIGN_OR_RAISE(const std::string bytes, codec_->Compress(std::move(stream.bytes)));
    stream.message.length = bytes.size();
    stripe.data_length += bytes.size();
    stripe_footer.streams.push_back(stream.message);
    ARROW_RETURN_NOT_OK(Append(bytes));
  }
  ARROW_ASSIGN_OR_RAISE(const std::string footer, codec_->Compress(Serialize(stripe_footer)));
  stripe.footer_length = footer.size();
  footer_.stripes.push_back(stripe);
  footer_.num_rows += stripe.num_rows;
  return Append(footer);
}

Status FileWriter::Finish() {
  ARROW_RETURN_NOT_OK(FlushStripe());
  footer_.content_length = position_;
  footer_.statistics.push_back({footer_.num_rows, false});
  for (const auto& column : columns_) column->AppendStatistics(&footer_.statistics);
  ARROW_ASSIGN_OR_RAISE(const std::string footer, codec_->Compress(Serialize(footer_)));
  ARROW_RETURN_NOT_OK(Append(footer));
  PostScript post_script;
  post_script.footer_length = footer.size();
  post_script.compression = static_cast<uint64_t>(options_.compression);
  post_script.compression_block_size = static_cast<uint64_t>(options_.block_bytes);
  post_script.magic = kMagic;
  std::string tail = Serialize(post_script);
  tail.push_back(static_cast<char>(tail.size()));
  return Append(tail);
}

}  // namespace thalweg::formats::orc
