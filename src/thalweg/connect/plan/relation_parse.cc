// spark.read.json(), csv() and xml() of a DataFrame of texts.

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/proto/data_type.h"
#include "thalweg/session/parse_texts.h"

namespace thalweg::connect {
namespace {

Result<std::string> FormatOf(const proto::Parse& parse) {
  switch (parse.format()) {
    case proto::Parse::PARSE_FORMAT_CSV:
      return "csv";
    case proto::Parse::PARSE_FORMAT_JSON:
      return "json";
    case proto::Parse::PARSE_FORMAT_XML:
      return "xml";
    default:
      return MakeError("CONNECT_INVALID_PLAN.INVALID_ENUM",
                       {{"fullName", "spark.connect.Parse.ParseFormat"},
                        {"name", "format"},
                        {"number", std::to_string(static_cast<int>(parse.format()))}});
  }
}

}  // namespace

Result<RelationDraft> TranslateParse(Translator* translator, const proto::Parse& parse) {
  session::TextParse texts;
  ARROW_ASSIGN_OR_RAISE(texts.format, FormatOf(parse));
  ARROW_ASSIGN_OR_RAISE(texts.input, translator->Translate(parse.input()));
  texts.options = formats::FormatOptions(
      std::map<std::string, std::string>(parse.options().begin(), parse.options().end()));
  if (parse.has_schema()) {
    ARROW_ASSIGN_OR_RAISE(texts.schema, DeclaredSchemaFromProto(parse.schema()));
  }
  ARROW_ASSIGN_OR_RAISE(const RelationPtr rows,
                        session::ParseTexts(&translator->session()->engine(), std::move(texts)));
  return PassThrough(rows);
}

}  // namespace thalweg::connect
