#pragma once

// One function per statement kind; RunStatement picks it. All are called through
// Session::Execute only.

#include <string>
#include <vector>

#include "thalweg/session/session.h"

namespace thalweg::session {

using plan::spec::Statement;

Result<StatementOutcome> RunStatement(Session* session, const Statement& statement,
                                      const BatchRun& run);

// views.cc
Result<StatementOutcome> CreateView(Session* session, const Statement& statement);
Result<StatementOutcome> CreateViewUsing(Session* session, const Statement& statement);
Result<StatementOutcome> DropView(Session* session, const Statement& statement);
// catalog_views.cc
Result<StatementOutcome> AlterViewQuery(Session* session, const Statement& statement);
// alter.cc
Result<StatementOutcome> Rename(Session* session, const Statement& statement);
Result<StatementOutcome> SetProperties(Session* session, const Statement& statement);
Result<StatementOutcome> UnsetProperties(Session* session, const Statement& statement);
Result<StatementOutcome> SetClustering(Session* session, const Statement& statement);
Result<StatementOutcome> AddColumns(Session* session, const Statement& statement);
Result<StatementOutcome> ShowCreateTable(Session* session, const Statement& statement);
Result<StatementOutcome> ShowProperties(Session* session, const Statement& statement);
// create_table.cc
Result<StatementOutcome> CreateTable(Session* session, const Statement& statement,
                                     const BatchRun& run);
Result<StatementOutcome> CreateTableLike(Session* session, const Statement& statement);
// tables.cc
Result<StatementOutcome> DropTable(Session* session, const Statement& statement);
Result<StatementOutcome> TruncateTable(Session* session, const Statement& statement);
/// What goes with a table that is dropped: the files of a managed one.
Status RemoveFiles(Session* session, const plan::TableEntry& table);
// insert.cc
Result<StatementOutcome> Insert(Session* session, const Statement& statement, const BatchRun& run);
/// INSERT OVERWRITE DIRECTORY.
Result<StatementOutcome> InsertDirectory(Session* session, const Statement& statement,
                                         const BatchRun& run);
Result<StatementOutcome> InsertAll(Session* session, const Statement& statement,
                                   const BatchRun& run);
// databases.cc
Result<StatementOutcome> CreateDatabase(Session* session, const Statement& statement);
Result<StatementOutcome> DropDatabase(Session* session, const Statement& statement);
Result<StatementOutcome> UseDatabase(Session* session, const Statement& statement);
Result<StatementOutcome> ShowDatabases(Session* session, const Statement& statement);
// sql_functions.cc
Result<StatementOutcome> CreateFunction(Session* session, const Statement& statement);
Result<StatementOutcome> DropFunction(Session* session, const Statement& statement);
Result<StatementOutcome> ShowFunctions(Session* session, const Statement& statement);
// variables.cc
Result<StatementOutcome> DeclareVariable(Session* session, const Statement& statement);
Result<StatementOutcome> SetVariable(Session* session, const Statement& statement);
Result<StatementOutcome> DropVariable(Session* session, const Statement& statement);
// execute_immediate.cc
/// The statement that EXECUTE IMMEDIATE runs: none of its kind, and SET VARIABLE for INTO. Any
/// other statement is given as it is.
Result<Statement> ExpandImmediate(Session* session, const Statement& statement);
// streaming_table.cc
Result<StatementOutcome> CreateStreamingTable(Session* session, const Statement& statement);
// streams.cc
Result<StatementOutcome> ShowStreams(Session* session);
Result<StatementOutcome> DescribeStream(Session* session, const Statement& statement);
Result<StatementOutcome> ExplainStream(Session* session, const Statement& statement);
Result<StatementOutcome> StopStream(Session* session, const Statement& statement);
// show.cc
Result<StatementOutcome> ShowTables(Session* session, const Statement& statement);
Result<StatementOutcome> ShowViews(Session* session, const Statement& statement);
Result<StatementOutcome> ShowColumns(Session* session, const Statement& statement);
// describe.cc
Result<StatementOutcome> DescribeTable(Session* session, const Statement& statement);
Result<StatementOutcome> DescribeQuery(Session* session, const Statement& statement);
Result<StatementOutcome> DescribeFunction(Session* session, const Statement& statement);
// settings.cc
Result<StatementOutcome> SetSetting(Session* session, const Statement& statement);
Result<StatementOutcome> ResetSetting(Session* session, const Statement& statement);

/// Rows of text columns; "\0" alone stands for NULL.
Result<StatementOutcome> TextRows(const std::vector<std::string>& names,
                                  const std::vector<std::vector<std::string>>& rows);
inline const std::string kNullCell = std::string(1, '\0');

/// Whether `name` matches a SHOW pattern: * any text, | alternatives, case ignored. An empty
/// pattern matches all.
bool MatchesPattern(const std::string& name, const std::string& pattern);

/// Parts of a name joined by dots, each in backticks.
std::string QuoteName(const std::vector<std::string>& name);

/// The relation FROM `name`.
plan::spec::RelationPtr TableRelation(const std::vector<std::string>& name);

/// Options and defaults of a streaming write in SQL: takes trigger, outputMode, checkpointLocation
/// and queryName out of `options` (spark.sql.streaming... settings are the defaults).
struct StreamingOptions {
  stream::Trigger trigger;
  std::string output_mode;
  io::Options rest;  // keys in lower case
};
Result<StreamingOptions> TakeStreamingOptions(const Session& session, const io::Options& options);

/// The plan with its columns cast to those of `target`, by position, and their lengths checked
/// where `target` says that they were declared as CHAR or VARCHAR (char_type.h).
/// Errors: INSERT_COLUMN_ARITY_MISMATCH.*, INCOMPATIBLE_DATA_FOR_TABLE.CANNOT_SAFELY_CAST.
Result<plan::NodePtr> CastToTable(const plan::NodePtr& plan, const arrow::Schema& target,
                                  const std::string& table);

}  // namespace thalweg::session
