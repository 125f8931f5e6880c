// INSERT OVERWRITE DIRECTORY.

#include "thalweg/session/commands/commands.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {

Result<StatementOutcome> InsertDirectory(Session* session, const Statement& statement,
                                         const BatchRun& run) {
  ARROW_ASSIGN_OR_RAISE(io::Provider * provider, session->providers().Find(statement.format));
  if (provider->MetadataSchema() == nullptr) {
    return MakeError("_LEGACY_ERROR_TEMP_2233", {{"providingClass", statement.format}},
                     statement.position);
  }
  ARROW_ASSIGN_OR_RAISE(const auto plan, session->Analyze(statement.query));
  BatchWrite write;
  write.format = statement.format;
  write.path = statement.location;
  write.save_mode = io::SaveMode::kOverwrite;
  write.run = run;
  for (const auto& [key, value] : statement.options) {
    if (ToLowerAscii(key) != "path") write.options[ToLowerAscii(key)] = value;
  }
  ARROW_RETURN_NOT_OK(session->WritePlan(plan, write));
  return StatementOutcome{};
}

}  // namespace thalweg::session
