#include "thalweg/connect/plan/frame_key.h"

#include <functional>
#include <map>

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

namespace thalweg::connect {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

/// Numbers the ids of frames in the order in which they occur.
class IdNumbers {
 public:
  int64_t NumberOf(int64_t id) {
    return numbers_.emplace(id, static_cast<int64_t>(numbers_.size())).first->second;
  }

 private:
  std::map<int64_t, int64_t> numbers_;
};

void Normalize(Message* message, IdNumbers* ids);

void NormalizeField(Message* message, const FieldDescriptor* field, IdNumbers* ids) {
  const Reflection* reflection = message->GetReflection();
  if (field->name() == "origin" || field->name() == "source_info") {
    reflection->ClearField(message, field);
  } else if (field->name() == "plan_id" && field->cpp_type() == FieldDescriptor::CPPTYPE_INT64) {
    reflection->SetInt64(message, field, ids->NumberOf(reflection->GetInt64(*message, field)));
  } else if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
    if (!field->is_repeated()) {
      Normalize(reflection->MutableMessage(message, field), ids);
      return;
    }
    const int size = reflection->FieldSize(*message, field);
    for (int i = 0; i < size; ++i) {
      Normalize(reflection->MutableRepeatedMessage(message, field, i), ids);
    }
  }
}

void Normalize(Message* message, IdNumbers* ids) {
  std::vector<const FieldDescriptor*> fields;
  message->GetReflection()->ListFields(*message, &fields);
  for (const FieldDescriptor* field : fields) NormalizeField(message, field, ids);
}

std::string DeterministicText(const Message& message) {
  std::string text;
  google::protobuf::io::StringOutputStream stream(&text);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializeToCodedStream(&coded);
  coded.Trim();
  return text;
}

uint64_t FowlerNollVo(const std::string& text) {
  uint64_t hash = 14695981039346656037u;
  for (const char byte : text) hash = (hash ^ static_cast<uint8_t>(byte)) * 1099511628211u;
  return hash;
}

}  // namespace

std::string FrameKey(const Translator& translator, const proto::Relation& relation) {
  proto::Relation normal = relation;
  IdNumbers ids;
  Normalize(&normal, &ids);
  std::string text = DeterministicText(normal);
  // What a constant of a frame means depends on it.
  text += translator.parser_options().session_time_zone;
  return fmt::format("{}{}-{:x}-{:x}", session::PersistedRows::KindPrefix(relation.rel_type_case()),
                     text.size(), std::hash<std::string>{}(text), FowlerNollVo(text));
}

Result<session::PersistTarget> PersistTargetOf(const Translator& translator,
                                               const proto::Relation& relation) {
  if (relation.has_read() && relation.read().has_named_table() && !relation.read().is_streaming() &&
      relation.read().named_table().options().empty()) {
    const plan::Catalog& catalog = translator.session()->engine().catalog();
    ARROW_ASSIGN_OR_RAISE(
        const auto name,
        sql::ParseMultipartName(relation.read().named_table().unparsed_identifier()));
    if (const auto view = catalog.FindView(name)) return session::PersistTarget{"", view};
    if (const auto table = catalog.FindTable(name)) return session::PersistTarget{"", table};
  }
  return session::PersistTarget{FrameKey(translator, relation), nullptr};
}

void BindFrame(const Translator& translator, const proto::Relation& relation,
               const RelationPtr& translated) {
  session::PersistedRows& rows = translator.session()->engine().persisted();
  if (rows.empty() || !rows.KeepsKind(relation.rel_type_case())) return;
  rows.Bind(translated, FrameKey(translator, relation));
}

}  // namespace thalweg::connect
