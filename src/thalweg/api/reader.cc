#include <thalweg/reader.h>

#include "thalweg/api/frame.h"
#include "thalweg/session/parse_texts.h"
#include "thalweg/types/char_type.h"

namespace thalweg::api {
namespace {

using plan::spec::Relation;
using plan::spec::RelationKind;
using plan::spec::RelationPtr;

Result<RelationPtr> DescribeRead(const ReadDescription& read, std::vector<std::string> paths) {
  auto relation = std::make_shared<Relation>();
  relation->kind = RelationKind::kRead;
  relation->is_stream = read.is_stream;
  relation->format = read.format;
  relation->options = read.options;
  relation->paths = std::move(paths);
  relation->schema = read.schema;
  if (!read.ddl.empty()) {
    ARROW_ASSIGN_OR_RAISE(relation->schema, ParseDeclaredSchema(read.ddl));
  }
  return RelationPtr(std::move(relation));
}

Result<RelationPtr> DescribeTable(const ReadDescription& read, const std::string& name) {
  auto relation = std::make_shared<Relation>();
  relation->kind = RelationKind::kTable;
  relation->is_stream = read.is_stream;
  relation->options = read.options;
  ARROW_ASSIGN_OR_RAISE(relation->table_name, sql::ParseMultipartName(name));
  return RelationPtr(std::move(relation));
}

Result<RelationPtr> DescribeParse(const ReadDescription& read, const DataFrame& texts) {
  session::TextParse parse;
  ARROW_ASSIGN_OR_RAISE(parse.input, RelationOf(texts));
  parse.format = read.format;
  parse.options = formats::FormatOptions(read.options);
  parse.schema = read.schema;
  if (!read.ddl.empty()) {
    ARROW_ASSIGN_OR_RAISE(parse.schema, ParseDeclaredSchema(read.ddl));
  }
  return session::ParseTexts(read.core->engine.get(), std::move(parse));
}

}  // namespace

DataFrame MakeReadFrame(const ReadDescription& read, std::vector<std::string> paths) {
  return MakeFrame(read.core, DescribeRead(read, std::move(paths)));
}

DataFrame MakeTableFrame(const ReadDescription& read, const std::string& name) {
  return MakeFrame(read.core, DescribeTable(read, name));
}

DataFrame MakeParseFrame(const ReadDescription& read, const DataFrame& texts) {
  return MakeFrame(read.core, DescribeParse(read, texts));
}

}  // namespace thalweg::api
