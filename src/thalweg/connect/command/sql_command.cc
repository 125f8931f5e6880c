#include <algorithm>
#include <map>
#include <vector>

#include <arrow/api.h>

#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/command/observed_run.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/result/local_rows.h"
#include "thalweg/plan/spec/statement.h"
#include "thalweg/types/identifier_text.h"

// Old clients fill fields that the protocol has given up since.
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

namespace thalweg::connect {
namespace {

/// The relation of the command, also when an old client wrote its text outside of one.
proto::Relation InputOf(const proto::SqlCommand& command) {
  if (command.has_input()) return command.input();
  proto::Relation relation;
  proto::SQL* sql = relation.mutable_sql();
  sql->set_query(command.sql());
  *sql->mutable_args() = command.args();
  *sql->mutable_pos_args() = command.pos_args();
  *sql->mutable_named_arguments() = command.named_arguments();
  *sql->mutable_pos_arguments() = command.pos_arguments();
  return relation;
}

Status SendRelation(Execution* execution, proto::Relation relation) {
  proto::ExecutePlanResponse response;
  *response.mutable_sql_command_result()->mutable_relation() = std::move(relation);
  return execution->Send(&response);
}

/// The rows of a command that has run: the client reads them from the reply.
Status SendRows(Execution* execution, const session::RowSet& rows) {
  const SchemaPtr schema = rows.schema == nullptr ? arrow::schema({}) : rows.schema;
  const std::string zone = execution->engine().SettingsSnapshot().Get("spark.sql.session.timeZone");
  proto::Relation relation;
  ARROW_ASSIGN_OR_RAISE(*relation.mutable_local_relation()->mutable_data(),
                        WriteLocalRows(*schema, rows.batches, zone));
  relation.mutable_local_relation()->set_schema(SchemaToJson(*schema));
  return SendRelation(execution, std::move(relation));
}

/// The names under which the session keeps what the statement says; none for most.
std::vector<KeptName> KeptNamesOf(const plan::spec::Statement& statement) {
  switch (statement.kind) {
    case plan::spec::StatementKind::kCreateView:
    case plan::spec::StatementKind::kCreateViewUsing:
      if (statement.is_persistent) return {};  // the catalog's, not the session's
      return {{statement.is_global ? KeptKind::kGlobalView : KeptKind::kView,
               ToLowerAscii(statement.name.back())}};
    case plan::spec::StatementKind::kCreateFunction:
      if (statement.is_persistent) return {};
      return {{KeptKind::kSqlFunction, ToLowerAscii(statement.name.back())}};
    case plan::spec::StatementKind::kDeclareVariable:
    case plan::spec::StatementKind::kSetVariable: {
      std::vector<KeptName> names;
      for (const auto& name : statement.names) {
        names.push_back({KeptKind::kVariable, ToLowerAscii(name.back())});
      }
      return names;
    }
    case plan::spec::StatementKind::kSet:
      if (!statement.has_value) return {};
      return {{KeptKind::kSetting, statement.key}};
    default:
      return {};
  }
}

/// The variables that a statement may change, as they were.
class VariablesBefore {
 public:
  VariablesBefore(plan::Variables* variables, const std::vector<KeptName>& names)
      : variables_(variables) {
    for (const KeptName& name : names) {
      if (name.kind == KeptKind::kVariable) before_.emplace(name.name, variables->Find(name.name));
    }
  }

  void Restore() const {
    for (const auto& [name, variable] : before_) {
      if (variable != nullptr) {
        variables_->Put(*variable);
      } else {
        variables_->Remove(name);
      }
    }
  }

 private:
  plan::Variables* variables_;
  std::map<std::string, plan::VariablePtr> before_;
};

/// What the text of a statement costs that keeps something. EXECUTE IMMEDIATE and IDENTIFIER(...)
/// make texts and names that are longer than the command.
KeptSize SizeOf(const plan::spec::Statement& statement, const proto::SqlCommand& command) {
  size_t bytes = std::max(command.ByteSizeLong(), statement.text.size());
  for (const std::string& part : statement.name) bytes += part.size();
  for (const auto& name : statement.names) {
    for (const std::string& part : name) bytes += part.size();
  }
  return SizeOfText(bytes);
}

/// Runs what is no query, if the session has room for what it is to keep.
Result<session::StatementOutcome> RunStatement(Execution* execution,
                                               const plan::spec::Statement& statement,
                                               const proto::SqlCommand& command,
                                               ObservedRun* observed) {
  KeptPlans& kept_plans = execution->session()->kept_plans();
  plan::Variables& variables = execution->engine().catalog().variables();
  const std::vector<KeptName> names = KeptNamesOf(statement);
  const KeptSize size = SizeOf(statement, command);
  for (const KeptName& name : names) ARROW_RETURN_NOT_OK(kept_plans.Check(name, size));
  const VariablesBefore before(&variables, names);
  ARROW_ASSIGN_OR_RAISE(auto outcome, execution->engine().Execute(statement, observed->run()));
  for (const KeptName& name : names) {
    // How large the value of a variable is, is known only now.
    const auto variable =
        name.kind == KeptKind::kVariable ? variables.Find(name.name) : plan::VariablePtr();
    KeptSize whole = variable == nullptr ? size : WithValue(size, *variable->value);
    const Status room = kept_plans.Check(name, whole);
    if (!room.ok()) {
      before.Restore();
      return room;
    }
    kept_plans.Keep(name, std::move(whole));
  }
  return outcome;
}

/// The rows of the query that EXECUTE IMMEDIATE runs.
Status SendQuery(Execution* execution, const plan::spec::Statement& statement) {
  ARROW_ASSIGN_OR_RAISE(const auto outcome, execution->engine().Execute(statement));
  if (outcome.kind == session::StatementOutcome::Kind::kStreamingSelect) {
    return UnsupportedFeature("EXECUTE IMMEDIATE of a query over a stream");
  }
  return SendRows(execution, outcome.rows);
}

}  // namespace

Status RunSqlCommand(Execution* execution, const proto::SqlCommand& command) {
  Translator translator(execution->session().get());
  proto::Relation input = InputOf(command);
  if (!input.has_sql()) {
    // SQL over DataFrames is a query in any case.
    ARROW_ASSIGN_OR_RAISE(const auto relation, translator.Translate(input));
    ARROW_RETURN_NOT_OK(execution->engine().Analyze(relation).status());
    return SendRelation(execution, std::move(input));
  }
  ARROW_ASSIGN_OR_RAISE(auto statement, ParseSql(&translator, input.sql()));
  if (statement.kind == plan::spec::StatementKind::kExecuteImmediate) {
    ARROW_ASSIGN_OR_RAISE(statement, execution->engine().ExpandImmediate(statement));
    if (statement.kind == plan::spec::StatementKind::kQuery) return SendQuery(execution, statement);
  }
  if (statement.kind == plan::spec::StatementKind::kQuery) {
    ARROW_RETURN_NOT_OK(execution->engine().Analyze(statement.query).status());
    return SendRelation(execution, std::move(input));
  }
  ObservedRun observed(execution);
  ARROW_ASSIGN_OR_RAISE(const auto outcome, RunStatement(execution, statement, command, &observed));
  ARROW_RETURN_NOT_OK(observed.Send());
  if (outcome.stream != nullptr) {
    ARROW_RETURN_NOT_OK(KeepQuery(execution->session().get(), outcome.stream));
  }
  return SendRows(execution, outcome.rows);
}

}  // namespace thalweg::connect
