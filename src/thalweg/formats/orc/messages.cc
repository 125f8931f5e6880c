#include "thalweg/formats/orc/messages.h"

#include "thalweg/formats/orc/wire.h"

namespace thalweg::formats::orc {
namespace {

constexpr uint64_t kProlepticGregorian = 2;

/// Calls `take(reader)` for each field.
template <typename Take>
Status ForEachField(std::string_view bytes, Take take) {
  WireReader reader(bytes);
  while (true) {
    ARROW_ASSIGN_OR_RAISE(const bool more, reader.Next());
    if (!more) return Status::OK();
    ARROW_RETURN_NOT_OK(take(reader));
  }
}

Status AddNumbers(const WireReader& reader, std::vector<uint64_t>* numbers) {
  if (!reader.is_bytes()) {
    numbers->push_back(reader.number());
    return Status::OK();
  }
  std::string_view packed = reader.bytes();
  uint64_t value = 0;
  int shift = 0;
  for (const char c : packed) {
    const auto byte = static_cast<uint8_t>(c);
    if (shift > 63) return Status::Invalid("malformed numbers in an ORC file");
    value |= static_cast<uint64_t>(byte & 0x7f) << shift;
    shift += 7;
    if (byte >= 0x80) continue;
    numbers->push_back(value);
    value = 0;
    shift = 0;
  }
  return shift == 0 ? Status::OK() : Status::Invalid("malformed numbers in an ORC file");
}

/// A message of two texts.
Result<std::pair<std::string, std::string>> ParsePair(std::string_view bytes) {
  std::pair<std::string, std::string> pair;
  ARROW_RETURN_NOT_OK(ForEachField(bytes, [&](const WireReader& reader) {
    if (reader.field() == 1) pair.first = reader.text();
    if (reader.field() == 2) pair.second = reader.text();
    return Status::OK();
  }));
  return pair;
}

Result<StripeInformation> ParseStripeInformation(std::string_view bytes) {
  StripeInformation stripe;
  ARROW_RETURN_NOT_OK(ForEachField(bytes, [&](const WireReader& reader) {
    switch (reader.field()) {
      case 1:
        stripe.offset = reader.number();
        break;
      case 2:
        stripe.index_length = reader.number();
        break;
      case 3:
        stripe.data_length = reader.number();
        break;
      case 4:
        stripe.footer_length = reader.number();
        break;
      case 5:
        stripe.num_rows = reader.number();
        break;
      default:
        break;
    }
    return Status::OK();
  }));
  return stripe;
}

Result<Type> ParseType(std::string_view bytes) {
  Type type;
  ARROW_RETURN_NOT_OK(ForEachField(bytes, [&](const WireReader& reader) -> Status {
    switch (reader.field()) {
      case 1:
        type.kind = reader.number();
        break;
      case 2:
        return AddNumbers(reader, &type.subtypes);
      case 3:
        type.field_names.push_back(reader.text());
        break;
      case 5:
        type.precision = reader.number();
        break;
      case 6:
        type.scale = reader.number();
        break;
      case 7: {
        ARROW_ASSIGN_OR_RAISE(auto attribute, ParsePair(reader.bytes()));
        type.attributes.push_back(std::move(attribute));
        break;
      }
      default:
        break;
    }
    return Status::OK();
  }));
  return type;
}

Result<Stream> ParseStream(std::string_view bytes) {
  Stream stream;
  ARROW_RETURN_NOT_OK(ForEachField(bytes, [&](const WireReader& reader) {
    if (reader.field() == 1) stream.kind = reader.number();
    if (reader.field() == 2) stream.column = reader.number();
    if (reader.field() == 3) stream.length = reader.number();
    return Status::OK();
  }));
  return stream;
}

Result<ColumnEncoding> ParseEncoding(std::string_view bytes) {
  ColumnEncoding encoding;
  ARROW_RETURN_NOT_OK(ForEachField(bytes, [&](const WireReader& reader) {
    if (reader.field() == 1) encoding.kind = reader.number();
    if (reader.field() == 2) encoding.dictionary_size = reader.number();
    return Status::OK();
  }));
  return encoding;
}

std::string SerializePair(const std::pair<std::string, std::string>& pair) {
  WireWriter writer;
  writer.AddBytes(1, pair.first);
  writer.AddBytes(2, pair.second);
  return writer.Take();
}

std::string SerializeType(const Type& type) {
  WireWriter writer;
  writer.AddNumber(1, type.kind);
  std::string subtypes;
  for (const uint64_t subtype : type.subtypes) AppendVarint(subtype, &subtypes);
  if (!subtypes.empty()) writer.AddBytes(2, subtypes);
  for (const std::string& name : type.field_names) writer.AddBytes(3, name);
  if (type.precision > 0) {
    writer.AddNumber(5, type.precision);
    writer.AddNumber(6, type.scale);
  }
  for (const auto& attribute : type.attributes) writer.AddBytes(7, SerializePair(attribute));
  return writer.Take();
}

std::string SerializeStripe(const StripeInformation& stripe) {
  WireWriter writer;
  writer.AddNumber(1, stripe.offset);
  writer.AddNumber(2, stripe.index_length);
  writer.AddNumber(3, stripe.data_length);
  writer.AddNumber(4, stripe.footer_length);
  writer.AddNumber(5, stripe.num_rows);
  return writer.Take();
}

}  // namespace

Result<PostScript> ParsePostScript(std::string_view bytes) {
  PostScript post_script;
  ARROW_RETURN_NOT_OK(ForEachField(bytes, [&](const WireReader& reader) {
    switch (reader.field()) {
      case 1:
        post_script.footer_length = reader.number();
        break;
      case 2:
        post_script.compression = reader.number();
        break;
      case 3:
        post_script.compression_block_size = reader.number();
        break;
      case 5:
        post_script.metadata_length = reader.number();
        break;
      case 8000:
        post_script.magic = reader.text();
        break;
      default:
        break;
    }
    return Status::OK();
  }));
  return post_script;
}

Result<Footer> ParseFooter(std::string_view bytes) {
  Footer footer;
  ARROW_RETURN_NOT_OK(ForEachField(bytes, [&](const WireReader& reader) -> Status {
    switch (reader.field()) {
      case 2:
        footer.content_length = reader.number();
        break;
      case 3: {
        ARROW_ASSIGN_OR_RAISE(auto stripe, ParseStripeInformation(reader.bytes()));
        footer.stripes.push_back(stripe);
        break;
      }
      case 4: {
        ARROW_ASSIGN_OR_RAISE(auto type, ParseType(reader.bytes()));
        footer.types.push_back(std::move(type));
        break;
      }
      case 5: {
        ARROW_ASSIGN_OR_RAISE(auto item, ParsePair(reader.bytes()));
        footer.metadata.push_back(std::move(item));
        break;
      }
      case 6:
        footer.num_rows = reader.number();
        break;
      case 10:
        footer.is_encrypted = true;
        break;
      case 11:
        footer.is_proleptic = reader.number() == kProlepticGregorian;
        break;
      default:
        break;
    }
    return Status::OK();
  }));
  return footer;
}

Result<StripeFooter> ParseStripeFooter(std::string_view bytes) {
  StripeFooter footer;
  ARROW_RETURN_NOT_OK(ForEachField(bytes, [&](const WireReader& reader) -> Status {
    if (reader.field() == 1) {
      ARROW_ASSIGN_OR_RAISE(const auto stream, ParseStream(reader.bytes()));
      footer.streams.push_back(stream);
    } else if (reader.field() == 2) {
      ARROW_ASSIGN_OR_RAISE(const auto encoding, ParseEncoding(reader.bytes()));
      footer.encodings.push_back(encoding);
    } else if (reader.field() == 3) {
      footer.writer_time_zone = reader.text();
    }
    return Status::OK();
  }));
  return footer;
}

std::string Serialize(const PostScript& post_script) {
  // Format 0.12; the second number tells readers which old bugs the file is free of.
  constexpr std::string_view kVersion("\x00\x0c", 2);
  constexpr uint64_t kWriterVersion = 6;
  WireWriter writer;
  writer.AddNumber(1, post_script.footer_length);
  writer.AddNumber(2, post_script.compression);
  writer.AddNumber(3, post_script.compression_block_size);
  writer.AddBytes(4, kVersion);
  writer.AddNumber(5, post_script.metadata_length);
  writer.AddNumber(6, kWriterVersion);
  writer.AddBytes(8000, post_script.magic);
  return writer.Take();
}

std::string Serialize(const Footer& footer) {
  constexpr uint64_t kHeaderLength = 3;
  WireWriter writer;
  writer.AddNumber(1, kHeaderLength);
  writer.AddNumber(2, footer.content_length);
  for (const auto& stripe : footer.stripes) writer.AddBytes(3, SerializeStripe(stripe));
  for (const auto& type : footer.types) writer.AddBytes(4, SerializeType(type));
  for (const auto& item : footer.metadata) writer.AddBytes(5, SerializePair(item));
  writer.AddNumber(6, footer.num_rows);
  for (const auto& column : footer.statistics) {
    WireWriter statistics;
    statistics.AddNumber(1, column.num_values);
    statistics.AddNumber(10, column.has_null ? 1 : 0);
    writer.AddBytes(7, statistics.Take());
  }
  // No row indexes.
  writer.AddNumber(8, 0);
  writer.AddNumber(11, kProlepticGregorian);
  return writer.Take();
}

std::string Serialize(const StripeFooter& footer) {
  WireWriter writer;
  for (const Stream& stream : footer.streams) {
    WireWriter message;
    message.AddNumber(1, stream.kind);
    message.AddNumber(2, stream.column);
    message.AddNumber(3, stream.length);
    writer.AddBytes(1, message.Take());
  }
  for (const ColumnEncoding& encoding : footer.encodings) {
    WireWriter message;
    message.AddNumber(1, encoding.kind);
    if (encoding.dictionary_size > 0) message.AddNumber(2, encoding.dictionary_size);
    writer.AddBytes(2, message.Take());
  }
  writer.AddBytes(3, footer.writer_time_zone);
  return writer.Take();
}

}  // namespace thalweg::formats::orc
