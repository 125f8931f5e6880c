// The parts of DataFrame that look something up or run the query.

#include <ostream>

#include <arrow/api.h>

#include <thalweg/dataframe.h>
#include <thalweg/functions.h>
#include <thalweg/writer.h>

#include "thalweg/api/frame.h"
#include "thalweg/plan/catalog/catalog.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg {
namespace {

Status Print(const DataFrame& frame, const Result<std::string>& text) {
  ARROW_RETURN_NOT_OK(text.status());
  std::ostream& console = *frame.frame()->core->console;
  console << *text << std::endl;
  if (!console) return Status::IOError("the console cannot be written to");
  return Status::OK();
}

Status CreateView(const DataFrame& frame, const std::string& name, bool replace) {
  ARROW_ASSIGN_OR_RAISE(auto relation, api::RelationOf(frame));
  ARROW_ASSIGN_OR_RAISE(auto parts, sql::ParseMultipartName(name));
  if (parts.size() != 1) {
    return MakeError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", {{"actualName", name}});
  }
  session::Session& engine = *frame.frame()->core->engine;
  ARROW_ASSIGN_OR_RAISE(auto analyzed, engine.Analyze(relation));
  return engine.catalog().CreateView(
      {.name = parts[0], .relation = nullptr, .plan = std::move(analyzed)}, replace);
}

Result<session::RowSet> CollectRows(const DataFrame& frame) {
  ARROW_ASSIGN_OR_RAISE(auto relation, api::RelationOf(frame));
  return frame.frame()->core->engine->Collect(relation);
}

}  // namespace

Status DataFrame::CreateOrReplaceTempView(const std::string& name) const {
  return CreateView(*this, name, /*replace=*/true);
}
Status DataFrame::CreateTempView(const std::string& name) const {
  return CreateView(*this, name, /*replace=*/false);
}

Result<std::shared_ptr<arrow::Schema>> DataFrame::Schema() const {
  ARROW_ASSIGN_OR_RAISE(auto relation, api::RelationOf(*this));
  return frame_->core->engine->SchemaOf(relation);
}

Result<std::vector<std::string>> DataFrame::Columns() const {
  ARROW_ASSIGN_OR_RAISE(auto schema, Schema());
  return schema->field_names();
}

Result<bool> DataFrame::IsStreaming() const {
  ARROW_ASSIGN_OR_RAISE(auto relation, api::RelationOf(*this));
  return frame_->core->engine->IsStreaming(relation);
}

Status DataFrame::PrintSchema() const {
  ARROW_ASSIGN_OR_RAISE(auto schema, Schema());
  return Print(*this, SchemaToTree(*schema));
}

Result<std::shared_ptr<arrow::Table>> DataFrame::Collect() const {
  ARROW_ASSIGN_OR_RAISE(auto rows, CollectRows(*this));
  return api::MakeTable(rows);
}

Result<int64_t> DataFrame::Count() const {
  ARROW_ASSIGN_OR_RAISE(auto table, Agg(fn::Count("*")).Collect());
  if (table->num_rows() != 1) return Status::Invalid("a count gave no row");
  ARROW_ASSIGN_OR_RAISE(auto count, table->column(0)->GetScalar(0));
  return static_cast<const arrow::Int64Scalar&>(*count).value;
}

Result<std::shared_ptr<arrow::Table>> DataFrame::Take(int count) const {
  return Limit(count).Collect();
}

Result<bool> DataFrame::IsEmpty() const {
  ARROW_ASSIGN_OR_RAISE(auto table, Take(1));
  return table->num_rows() == 0;
}

Result<std::string> DataFrame::ShowString(int num_rows, int truncate, bool vertical) const {
  // One more tells whether there are more.
  ARROW_ASSIGN_OR_RAISE(auto rows, CollectRows(Limit(std::max(num_rows, 0) + 1)));
  return frame_->core->engine->ShowString(rows, num_rows, truncate,
                                          vertical ? ShowLayout::kVertical : ShowLayout::kTable);
}

Status DataFrame::Show(int num_rows, int truncate, bool vertical) const {
  return Print(*this, ShowString(num_rows, truncate, vertical));
}

Result<std::string> DataFrame::ExplainString(bool extended) const {
  ARROW_ASSIGN_OR_RAISE(auto relation, api::RelationOf(*this));
  return frame_->core->engine->Explain(relation, extended);
}

Status DataFrame::Explain(bool extended) const { return Print(*this, ExplainString(extended)); }

DataFrameWriter DataFrame::Write() const { return DataFrameWriter(*this); }
DataStreamWriter DataFrame::WriteStream() const { return DataStreamWriter(*this); }

}  // namespace thalweg
