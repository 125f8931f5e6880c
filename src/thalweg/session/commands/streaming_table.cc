#include "thalweg/session/commands/not_found.h"
#include "thalweg/session/table_location.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

Result<stream::Trigger> ParseTrigger(const std::string& text) {
  const std::string lower = ToLowerAscii(text);
  if (lower == "availablenow") return stream::Trigger::AvailableNow();
  if (lower == "once") return stream::Trigger::Once();
  if (lower == "processingtime" || lower.empty()) return stream::Trigger{};
  return stream::Trigger::ProcessingTime(text);
}

bool IsFileFormat(const std::string& format) {
  const std::string lower = ToLowerAscii(format);
  return lower == "csv" || lower == "json" || lower == "text" || lower == "parquet" ||
         lower == "orc" || lower == "xml";
}

std::string OptionOr(io::Options* options, const std::string& key, const std::string& fallback) {
  const auto found = options->find(key);
  if (found == options->end()) return fallback;
  std::string value = found->second;
  options->erase(found);
  return value;
}

}  // namespace

Result<StreamingOptions> TakeStreamingOptions(const Session& session, const io::Options& options) {
  StreamingOptions taken;
  for (const auto& [key, value] : options) taken.rest[ToLowerAscii(key)] = value;
  const Settings settings = session.SettingsSnapshot();
  ARROW_ASSIGN_OR_RAISE(taken.trigger,
                        ParseTrigger(OptionOr(&taken.rest, "trigger",
                                              settings.Get("thalweg.sql.streaming.trigger"))));
  taken.output_mode =
      OptionOr(&taken.rest, "outputmode", settings.Get("thalweg.sql.streaming.outputMode"));
  return taken;
}

Result<StatementOutcome> CreateStreamingTable(Session* session, const Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const plan::TableName resolved, session->catalog().Resolve(statement.name));
  const std::string& name = resolved.table;
  if (session->catalog().FindTable(statement.name) != nullptr) {
    if (statement.if_not_exists) return StatementOutcome{};
    if (!statement.replace) {
      return MakeError("TABLE_OR_VIEW_ALREADY_EXISTS", {{"relationName", FullName(resolved)}},
                       statement.position);
    }
    session->catalog().DropTable(statement.name);
  }
  ARROW_ASSIGN_OR_RAISE(auto plan, session->Analyze(statement.query));
  if (!plan->is_streaming()) {
    return MakeError("INVALID_STREAMING_TABLE_QUERY", {{"name", QuoteName(statement.name)}},
                     statement.position);
  }
  ARROW_ASSIGN_OR_RAISE(auto options, TakeStreamingOptions(*session, statement.options));
  StreamWrite write;
  write.format = statement.format.empty()
                     ? session->SettingsSnapshot().Get("spark.sql.sources.default")
                     : statement.format;
  write.query_name = name;
  write.output_mode = options.output_mode;
  write.trigger = options.trigger;
  write.partition_by = statement.partition_by;
  write.options = options.rest;
  std::string location = statement.location;
  if (IsFileFormat(write.format)) {
    if (location.empty()) location = write.options["path"];
    if (location.empty()) location = DefaultLocation(session, resolved);
    write.options["path"] = location;
    const bool has_default =
        session->SettingsSnapshot().Find("spark.sql.streaming.checkpointLocation").has_value();
    if (!write.options.contains("checkpointlocation") && !has_default) {
      // Names that begin with an underscore are no data: readers of the table pass it over.
      write.options["checkpointlocation"] = JoinPath(location, "_checkpoint");
    }
  }
  StatementOutcome outcome;
  outcome.kind = StatementOutcome::Kind::kStreamStarted;
  const SchemaPtr schema = plan::OutputSchema(*plan);
  const std::string format = write.format;
  ARROW_ASSIGN_OR_RAISE(outcome.stream, session->StartPlan(plan, std::move(write)));
  if (IsFileFormat(format)) {
    ARROW_RETURN_NOT_OK(session->catalog().CreateTable({.name = name,
                                                        .format = format,
                                                        .schema = schema,
                                                        .location = location,
                                                        .partition_by = statement.partition_by,
                                                        .options = options.rest,
                                                        .comment = statement.comment,
                                                        .is_streaming_table = true,
                                                        .database = resolved.database}));
  }
  return outcome;
}

}  // namespace thalweg::session
