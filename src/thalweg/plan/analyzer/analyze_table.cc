// FROM name and readers: common table expressions, views, tables, files by path.

#include <algorithm>

#include "thalweg/plan/analyzer/char_padding.h"
#include "thalweg/plan/analyzer/path_option.h"
#include "thalweg/plan/analyzer/relation_analyzer.h"
#include "thalweg/plan/analyzer/row_cache.h"
#include "thalweg/plan/logical/build.h"
#include "thalweg/plan/logical/error_text.h"
#include "thalweg/types/char_type.h"
#include "thalweg/types/coercion.h"
#include "thalweg/types/column_metadata.h"

namespace thalweg::plan {
namespace {

std::vector<Attribute> MakeAttributes(const arrow::Schema& schema) {
  std::vector<Attribute> attributes;
  for (const FieldPtr& field : schema.fields()) {
    Attribute attribute;
    attribute.name = field->name();
    attribute.type = ColumnTypeOf(*field);
    attribute.nullable = field->nullable();
    attribute.id = NextAttributeId();
    attributes.push_back(std::move(attribute));
  }
  return attributes;
}

std::shared_ptr<Node> MakeScanNode(NodeKind kind, const arrow::Schema& schema) {
  auto node = std::make_shared<Node>();
  node->kind = kind;
  node->output = MakeAttributes(schema);
  for (int i = 0; i < schema.num_fields(); ++i) node->source_columns.push_back(i);
  return node;
}

io::Options LowerCaseKeys(const std::map<std::string, std::string>& options) {
  io::Options lower;
  for (const auto& [key, value] : options) lower[ToLowerAscii(key)] = value;
  return lower;
}

/// Where to read: what the call named and, unless that is one place and the call's is meant, what
/// the option says.
void AddPathOption(bool is_stream, io::ReadArguments* arguments) {
  if (is_stream ? !arguments->paths.empty() : arguments->paths.size() == 1) return;
  const auto path = arguments->options.find("path");
  if (path != arguments->options.end() && !path->second.empty()) {
    arguments->paths.push_back(path->second);
  }
}

Result<NodePtr> ScanNode(io::Provider* provider, io::ReadArguments arguments) {
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<io::Scan> scan, provider->MakeScan(arguments));
  std::shared_ptr<Node> node = MakeScanNode(NodeKind::kScan, *scan->schema());
  node->scan = std::move(scan);
  return node;
}

Result<std::shared_ptr<const StreamRelation>> MakeStreamRelation(io::Provider* provider,
                                                                 io::ReadArguments arguments) {
  ARROW_ASSIGN_OR_RAISE(arguments.schema, provider->InferSchema(arguments, /*streaming=*/true));
  auto stream = std::make_shared<StreamRelation>();
  stream->provider = provider;
  stream->arguments = std::move(arguments);
  stream->description = provider->name();
  return stream;
}

NodePtr StreamNode(std::shared_ptr<const StreamRelation> stream) {
  std::shared_ptr<Node> node = MakeScanNode(NodeKind::kStreamScan, *stream->arguments.schema);
  node->stream = std::move(stream);
  return node;
}

Status NotStreaming(const std::string& name) {
  return MakeError("_LEGACY_ERROR_TEMP_1008", {{"quoted", name}});
}

Status OtherColumns(const TableEntry& view, const std::string& column, size_t found) {
  const std::string name = QuoteIdentifiers({"spark_catalog", view.database, view.name});
  return MakeError("INCOMPATIBLE_VIEW_SCHEMA_CHANGE",
                   {{"viewName", name},
                    {"colName", QuoteIdentifier(column)},
                    {"expectedNum", "1"},
                    {"actualCols", std::to_string(found)},
                    {"suggestion", "CREATE OR REPLACE VIEW " + name + " AS " + view.view->text}});
}

/// The columns that a view was made with, of what its query gives now: by name, and among those of
/// one name by order.
Result<NodePtr> FitToView(const NodePtr& query, const TableEntry& entry) {
  const ViewDefinition& view = *entry.view;
  if (view.schema_mode == "EVOLUTION") return query;
  std::vector<NamedExpression> projections;
  for (int i = 0; i < entry.schema->num_fields(); ++i) {
    const std::string& name = view.query_columns[i];
    const auto same = [&](const std::string& other) { return EqualsIgnoreCase(other, name); };
    const auto before =
        std::count_if(view.query_columns.begin(), view.query_columns.begin() + i, same);
    std::vector<const Attribute*> found;
    for (const Attribute& attribute : query->output) {
      if (same(attribute.name)) found.push_back(&attribute);
    }
    if (found.size() <= static_cast<size_t>(before)) {
      return OtherColumns(entry, name, found.size());
    }
    const arrow::Field& field = *entry.schema->field(i);
    NamedExpression projection = PassThrough(*found[before]);
    projection.output.name = field.name();
    const TypePtr plain = PlainColumnType(field.type());
    const TypePtr given = PlainColumnType(found[before]->type);
    if (view.schema_mode != "TYPE EVOLUTION" && !plain->Equals(*given)) {
      if (view.schema_mode == "BINDING" && !IsSafeCast(*given, *plain)) {
        return MakeError("CANNOT_UP_CAST_DATATYPE", {{"expression", QuoteIdentifier(name)},
                                                     {"sourceType", QuoteType(*given)},
                                                     {"targetType", QuoteType(*plain)},
                                                     {"details", "Make the view anew."}});
      }
      projection.expression = expr::Cast::Make(projection.expression, plain, view.eval_mode);
      projection.output.id = NextAttributeId();
      projection.output.type = ColumnTypeOf(field);
    } else {
      projection.output.type =
          WithColumnMetadata(found[before]->type, ColumnMetadataOf(*ColumnTypeOf(field)));
    }
    projections.push_back(std::move(projection));
  }
  return BuildProject(query, std::move(projections));
}

}  // namespace

AnalyzedRelation RelationAnalyzer::OfferMetadata(const io::Provider& provider,
                                                 AnalyzedRelation relation) const {
  const SchemaPtr hidden = with_file_metadata_ ? provider.MetadataSchema() : nullptr;
  if (hidden == nullptr) return relation;
  auto node = std::make_shared<Node>(*relation.node);
  const int first = static_cast<int>(node->output.size());
  for (Attribute& attribute : MakeAttributes(*hidden)) {
    node->source_columns.push_back(static_cast<int>(node->output.size()));
    node->output.push_back(std::move(attribute));
  }
  relation.scope.metadata.assign(node->output.begin() + first, node->output.end());
  relation.node = std::move(node);
  return relation;
}

io::ReadArguments RelationAnalyzer::MakeReadArguments(const io::Options& options) const {
  io::ReadArguments arguments;
  arguments.options = options;
  arguments.session_time_zone = SessionTimeZone(*context_);
  arguments.file_system = context_->file_system;
  arguments.clock = context_->clock;
  arguments.settings = context_->settings->Effective();
  return arguments;
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeTable(const Relation& relation) {
  const std::vector<std::string>& name = relation.table_name;
  ARROW_ASSIGN_OR_RAISE(AnalyzedRelation found, AnalyzeNamed(relation));
  if (found.node != nullptr) return found;
  if (name.size() == 2 && context_->providers->Find(name[0]).ok()) {
    auto read = std::make_shared<Relation>(relation);
    read->kind = spec::RelationKind::kRead;
    read->format = name[0];
    read->paths = {name[1]};
    return AnalyzeRead(read);
  }
  ARROW_RETURN_NOT_OK(context_->catalog->Resolve(name).status());
  return MakeError("TABLE_OR_VIEW_NOT_FOUND",
                   {{"relationName", QuoteIdentifiers(name)}, {"searchPath", SearchPath()}});
}

std::shared_ptr<const ViewEntry> RelationAnalyzer::FindTemporaryView(
    const std::vector<std::string>& name) const {
  return view_database_.empty() && !context_->hides_temporary ? context_->catalog->FindView(name)
                                                              : nullptr;
}

std::shared_ptr<const TableEntry> RelationAnalyzer::FindInCatalog(
    const std::vector<std::string>& name) const {
  const bool is_of_view = name.size() == 1 && !view_database_.empty();
  return context_->catalog->FindTable(is_of_view ? std::vector<std::string>{view_database_, name[0]}
                                                 : name);
}

// Gives a relation without a node if nothing has that name.
Result<AnalyzedRelation> RelationAnalyzer::AnalyzeNamed(const Relation& relation) {
  const std::string& name = relation.table_name.back();
  const size_t num_entries =
      context_->row_cache == nullptr ? 0 : context_->row_cache->num_entries();
  AnalyzedRelation found;
  // What WITH defines has names of one part.
  const CommonTables* table = relation.table_name.size() == 1 ? common_tables_.get() : nullptr;
  while (table != nullptr && !EqualsIgnoreCase(table->name, name)) table = table->outer.get();
  if (table != nullptr) {
    // The definition sees what was in sight where it stands.
    const std::shared_ptr<const CommonTables> here = common_tables_;
    const spec::RelationPtr definition = table->relation;
    common_tables_ = table->outer;
    Result<AnalyzedRelation> analyzed = Analyze(definition);
    common_tables_ = here;
    ARROW_ASSIGN_OR_RAISE(found, std::move(analyzed));
    found.scope.metadata.clear();
  } else if (const auto view = FindTemporaryView(relation.table_name)) {
    ARROW_ASSIGN_OR_RAISE(found, UseView(*view, relation.is_stream));
    found.scope.metadata.clear();
    UseKeptRows(view, num_entries, &found);
  } else if (const auto entry = FindInCatalog(relation.table_name)) {
    ARROW_ASSIGN_OR_RAISE(
        found, entry->view != nullptr ? UseCatalogView(*entry) : UseTable(relation, *entry));
    if (relation.options.empty()) UseKeptRows(entry, num_entries, &found);
  } else {
    return found;
  }
  if (relation.is_stream && !found.node->is_streaming()) return NotStreaming(name);
  for (Attribute& attribute : found.scope.attributes) attribute.qualifier = {ToLowerAscii(name)};
  for (Attribute& attribute : found.scope.metadata) attribute.qualifier = {ToLowerAscii(name)};
  found.scope.hidden.clear();
  return found;
}

void RelationAnalyzer::UseKeptRows(const std::shared_ptr<const void>& entry, size_t num_entries,
                                   AnalyzedRelation* found) const {
  // Rows in memory do not tell which file they came from.
  if (context_->row_cache == nullptr || with_file_metadata_) return;
  found->node = context_->row_cache->UseEntry(entry, std::move(found->node), num_entries);
}

Result<AnalyzedRelation> RelationAnalyzer::UseView(const ViewEntry& view, bool as_stream) {
  if (as_stream && view.stream_relation != nullptr) return Analyze(view.stream_relation);
  if (view.plan != nullptr) {
    AnalyzedRelation relation = MakeRelation(view.plan);
    relation.node = RenewAttributeIds(relation.node, &relation.scope.attributes);
    return relation;
  }
  const std::string key = (view.is_global ? "global_temp." : "") + ToLowerAscii(view.name);
  return AnalyzeViewQuery(view.relation, view.eval_mode, key, "");
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeViewQuery(const spec::RelationPtr& query,
                                                            EvalMode mode, const std::string& key,
                                                            const std::string& database) {
  if (std::find(open_views_.begin(), open_views_.end(), key) != open_views_.end()) {
    return MakeError("RECURSIVE_VIEW",
                     {{"viewIdent", QuoteIdentifier(key)}, {"newPath", QuoteIdentifier(key)}});
  }
  const std::shared_ptr<const CommonTables> here = common_tables_;
  common_tables_ = nullptr;
  const OuterQuery* outer = std::exchange(own_context_.outer, nullptr);
  const auto* windows = std::exchange(named_windows_, nullptr);
  const std::string around = std::exchange(view_database_, database);
  const bool hides = std::exchange(own_context_.hides_temporary,
                                   own_context_.hides_temporary || !database.empty());
  const auto mode_around = std::exchange(own_context_.eval_mode, mode);
  open_views_.push_back(key);
  Result<AnalyzedRelation> analyzed = Analyze(query);
  open_views_.pop_back();
  own_context_.eval_mode = mode_around;
  own_context_.hides_temporary = hides;
  view_database_ = around;
  named_windows_ = windows;
  own_context_.outer = outer;
  common_tables_ = here;
  return analyzed;
}

Result<AnalyzedRelation> RelationAnalyzer::UseCatalogView(const TableEntry& entry) {
  const std::string key = ToLowerAscii(entry.database + "." + entry.name);
  ARROW_ASSIGN_OR_RAISE(
      AnalyzedRelation found,
      AnalyzeViewQuery(entry.view->relation, entry.view->eval_mode, key, entry.view->database));
  ARROW_ASSIGN_OR_RAISE(NodePtr node, FitToView(ProjectToScope(found), entry));
  return MakeRelation(std::move(node));
}

Result<AnalyzedRelation> RelationAnalyzer::UseTable(const Relation& relation,
                                                    const TableEntry& table) {
  io::Options options = table.options;
  for (const auto& [key, value] : LowerCaseKeys(relation.options)) options[key] = value;
  io::ReadArguments arguments = MakeReadArguments(options);
  arguments.schema = table.schema;
  if (!table.location.empty()) arguments.paths.push_back(table.location);
  // The provider of this session: another may have made the table.
  ARROW_ASSIGN_OR_RAISE(io::Provider * provider, context_->providers->Find(table.format));
  if (!relation.is_stream) {
    ARROW_ASSIGN_OR_RAISE(NodePtr node, ScanNode(provider, std::move(arguments)));
    return PadRead(*context_, OfferMetadata(*provider, MakeRelation(std::move(node))));
  }
  ARROW_ASSIGN_OR_RAISE(auto stream, MakeStreamRelation(provider, std::move(arguments)));
  return PadRead(*context_, OfferMetadata(*provider, MakeRelation(StreamNode(std::move(stream)))));
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeRead(const spec::RelationPtr& relation) {
  if (relation->is_stream) {
    if (auto known = context_->catalog->FindStream(relation)) {
      const io::Provider& provider = *known->provider;
      return PadRead(*context_,
                     OfferMetadata(provider, MakeRelation(StreamNode(std::move(known)))));
    }
  }
  std::string format = relation->format;
  if (format.empty()) format = context_->settings->Get("spark.sql.sources.default");
  if (format.empty()) format = "parquet";
  ARROW_ASSIGN_OR_RAISE(io::Provider * provider, context_->providers->Find(format));
  io::ReadArguments arguments = MakeReadArguments(LowerCaseKeys(relation->options));
  ARROW_ASSIGN_OR_RAISE(arguments.schema, RefuseCharTypes(relation->schema, *context_->settings));
  arguments.paths = relation->paths;
  if (!arguments.paths.empty()) {
    const PathCall call = relation->is_stream ? PathCall::kLoadStream : PathCall::kLoad;
    ARROW_RETURN_NOT_OK(CheckPathOption(call, relation->options, *context_->settings));
  }
  AddPathOption(relation->is_stream, &arguments);
  if (!relation->is_stream) {
    ARROW_ASSIGN_OR_RAISE(NodePtr node, ScanNode(provider, std::move(arguments)));
    return PadRead(*context_, OfferMetadata(*provider, MakeRelation(std::move(node))));
  }
  ARROW_ASSIGN_OR_RAISE(auto stream, MakeStreamRelation(provider, std::move(arguments)));
  stream = context_->catalog->RememberStream(relation, std::move(stream));
  return PadRead(*context_, OfferMetadata(*provider, MakeRelation(StreamNode(std::move(stream)))));
}

Result<AnalyzedRelation> RelationAnalyzer::AnalyzeLocal(const Relation& relation) {
  return MakeRelation(BuildLocal(MakeAttributes(*relation.schema), relation.batches));
}

}  // namespace thalweg::plan
