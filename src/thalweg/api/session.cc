#include <thalweg/session.h>

#include <iostream>

#include <arrow/api.h>

#include "thalweg/api/arrow_input.h"
#include "thalweg/api/frame.h"
#include "thalweg/sql/parser.h"

namespace thalweg {

using plan::spec::Relation;
using plan::spec::RelationKind;
using plan::spec::RelationPtr;
using plan::spec::StatementKind;
using Outcome = session::StatementOutcome;

sql::ParserOptions api::SessionCore::parser_options() const { return engine->MakeParserOptions(); }

SessionBuilder Session::Builder() { return SessionBuilder(); }

Result<DataFrame> Session::Sql(const std::string& text) {
  ARROW_ASSIGN_OR_RAISE(auto statement, sql::ParseStatement(text, core_->parser_options()));
  ARROW_ASSIGN_OR_RAISE(statement, core_->engine->ExpandImmediate(statement));
  if (statement.kind == StatementKind::kQuery) {
    ARROW_RETURN_NOT_OK(core_->engine->Analyze(statement.query).status());
    return api::MakeFrame(core_, statement.query);
  }
  ARROW_ASSIGN_OR_RAISE(Outcome outcome, core_->engine->Execute(statement));
  if (outcome.kind == Outcome::Kind::kStreamingSelect) {
    return api::MakeFrame(core_, outcome.query);
  }
  SchemaPtr schema = outcome.rows.schema ? outcome.rows.schema : arrow::schema({});
  return api::MakeLocalFrame(core_, std::move(schema), std::move(outcome.rows.batches));
}

DataFrame Session::Table(const std::string& name) { return Read().Table(name); }

Result<DataFrame> Session::CreateDataFrame(const std::shared_ptr<arrow::Table>& table) {
  ARROW_ASSIGN_OR_RAISE(auto schema, api::EngineSchema(*table->schema()));
  std::vector<Batch> batches;
  arrow::TableBatchReader reader(*table);
  while (true) {
    ARROW_ASSIGN_OR_RAISE(auto rows, reader.Next());
    if (rows == nullptr) break;
    ARROW_ASSIGN_OR_RAISE(auto batch, api::EngineBatch(*rows, *schema));
    batches.push_back(std::move(batch));
  }
  return api::MakeLocalFrame(core_, std::move(schema), std::move(batches));
}

Result<DataFrame> Session::CreateDataFrame(const std::shared_ptr<arrow::RecordBatch>& rows) {
  ARROW_ASSIGN_OR_RAISE(auto schema, api::EngineSchema(*rows->schema()));
  ARROW_ASSIGN_OR_RAISE(auto batch, api::EngineBatch(*rows, *schema));
  return api::MakeLocalFrame(core_, std::move(schema), {std::move(batch)});
}

DataFrame Session::Range(int64_t start, int64_t end, int64_t step) {
  auto relation = std::make_shared<Relation>();
  relation->kind = RelationKind::kRange;
  relation->range_start = start;
  relation->range_end = end;
  relation->range_step = step;
  return api::MakeFrame(core_, RelationPtr(std::move(relation)));
}

std::string Session::Version() { return "4.3.0"; }

void Session::Stop() { core_->engine->queries().StopAll(/*graceful=*/false); }

SessionBuilder& SessionBuilder::Config(const std::string& key, const OptionValue& value) {
  settings_[key] = value.text();
  return *this;
}

SessionBuilder& SessionBuilder::Console(std::ostream* console) {
  console_ = console;
  return *this;
}

Result<std::shared_ptr<Session>> SessionBuilder::GetOrCreate() {
  if (auto session = made_.lock()) return session;
  return Create();
}

Result<std::shared_ptr<Session>> SessionBuilder::Create() {
  std::ostream* console = console_ != nullptr ? console_ : &std::cout;
  session::SessionOptions options;
  options.console = console;
  ARROW_ASSIGN_OR_RAISE(auto engine, session::Session::Make(std::move(options)));
  auto provider = std::make_unique<api::MemoryStreamProvider>();
  api::MemoryStreamProvider* streams = provider.get();
  engine->providers().Add(std::move(provider));
  auto session = std::make_shared<Session>(
      std::make_shared<api::SessionCore>(std::move(engine), console, streams));
  for (const auto& [key, value] : settings_) {
    ARROW_RETURN_NOT_OK(session->Conf().Set(key, value));
  }
  made_ = session;
  return session;
}

}  // namespace thalweg
