// Leaves that name their rows.

#include "thalweg/connect/plan/translator.h"

namespace thalweg::connect {
namespace {

Status ReadSource(const proto::Read::DataSource& source, Relation* relation) {
  relation->kind = RelationKind::kRead;
  relation->format = source.format();
  if (!source.schema().empty()) {
    ARROW_ASSIGN_OR_RAISE(relation->schema, ParseSchema(source.schema()));
  }
  relation->options = {source.options().begin(), source.options().end()};
  relation->paths = {source.paths().begin(), source.paths().end()};
  if (!source.predicates().empty()) return UnsupportedFeature("predicates of a JDBC read");
  return Status::OK();
}

}  // namespace

Result<RelationDraft> TranslateRead(Translator* translator, const proto::Read& read) {
  auto relation = std::make_shared<Relation>();
  relation->is_stream = read.is_streaming();
  if (read.has_named_table()) {
    relation->kind = RelationKind::kTable;
    ARROW_ASSIGN_OR_RAISE(relation->table_name,
                          sql::ParseMultipartName(read.named_table().unparsed_identifier()));
    relation->options = {read.named_table().options().begin(), read.named_table().options().end()};
    return relation;
  }
  if (!read.has_data_source()) return MissingPart("Read", "read_type");
  ARROW_RETURN_NOT_OK(ReadSource(read.data_source(), relation.get()));
  if (relation->format.empty()) {
    relation->format =
        translator->session()->engine().SettingsSnapshot().Get("spark.sql.sources.default");
  }
  return relation;
}

Result<RelationDraft> TranslateRange(const proto::Range& range) {
  RelationDraft relation = Derive(RelationKind::kRange, nullptr);
  relation->range_start = range.start();
  relation->range_end = range.end();
  relation->range_step = range.step();
  if (range.step() == 0) return Status::Invalid("requirement failed: step cannot be 0");
  return relation;
}

Result<RelationDraft> TranslateTableFunction(Translator* translator,
                                             const proto::UnresolvedTableValuedFunction& call) {
  ARROW_ASSIGN_OR_RAISE(auto arguments, translator->TranslateAll(call.arguments()));
  RelationDraft relation = Derive(RelationKind::kTableFunction, nullptr);
  relation->expressions = {plan::spec::MakeFunction(call.function_name(), std::move(arguments))};
  return relation;
}

}  // namespace thalweg::connect
