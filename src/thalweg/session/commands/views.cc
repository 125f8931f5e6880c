#include <algorithm>
#include <set>

#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/session/commands/catalog_views.h"
#include "thalweg/session/commands/not_found.h"
#include "thalweg/session/persisted_rows.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::session {
namespace {

/// A temporary view has one name part.
Result<std::string> ViewName(const Statement& statement) {
  if (statement.name.size() == 1) return statement.name[0];
  const std::vector<std::string> qualifier(statement.name.begin(), statement.name.end() - 1);
  return MakeError("INVALID_TEMP_OBJ_QUALIFIER",
                   {{"objectType", "VIEW"},
                    {"objectName", QuoteName({statement.name.back()})},
                    {"qualifier", QuoteName(qualifier)}},
                   statement.position);
}

using NameParts = std::vector<std::string>;

NameParts LowerParts(const NameParts& parts) {
  NameParts lower;
  for (const std::string& part : parts) lower.push_back(ToLowerAscii(part));
  return lower;
}

/// What queries call the view of a CREATE VIEW.
NameParts QueryName(const Statement& statement) {
  if (!statement.is_global) return statement.name;
  return {plan::kGlobalTempDatabase, statement.name.back()};
}

/// Looks for a way from `relation` through views back to the view `target`; names of common table
/// expressions hide views. Gives the names on the way, nothing if there is none.
class ViewCycle {
 public:
  ViewCycle(const plan::Catalog& catalog, const NameParts& target)
      : catalog_(catalog), target_(LowerParts(target)) {}

  std::vector<NameParts> Find(const plan::spec::RelationPtr& relation) {
    Walk(relation.get());
    return found_;
  }

 private:
  using Relation = plan::spec::Relation;

  void Walk(const Relation* relation) {
    if (relation == nullptr || !found_.empty()) return;
    const size_t hidden = hidden_.size();
    for (const auto& [name, definition] : relation->definitions) {
      Walk(definition.get());
      hidden_.push_back(ToLowerAscii(name));
    }
    if (relation->kind == plan::spec::RelationKind::kTable) Visit(relation->table_name);
    Walk(relation->input.get());
    Walk(relation->right.get());
    hidden_.resize(hidden);
  }

  void Visit(const NameParts& written) {
    const NameParts name = LowerParts(written);
    const bool is_hidden =
        name.size() == 1 && std::find(hidden_.begin(), hidden_.end(), name[0]) != hidden_.end();
    if (is_hidden) return;
    path_.push_back(written);
    if (name == target_) {
      found_ = path_;
    } else if (const auto view = catalog_.FindView(name);
               view != nullptr && seen_.insert(name).second) {
      std::vector<std::string> outer;
      outer.swap(hidden_);  // a view does not see the names around its use
      Walk(view->relation.get());
      outer.swap(hidden_);
    }
    path_.pop_back();
  }

  const plan::Catalog& catalog_;
  const NameParts target_;
  std::vector<std::string> hidden_;
  std::vector<NameParts> path_;
  std::vector<NameParts> found_;
  std::set<NameParts> seen_;
};

Status CheckNotRecursive(const plan::Catalog& catalog, const Statement& statement) {
  const NameParts name = QueryName(statement);
  if (catalog.FindView(name) == nullptr) return Status::OK();
  const auto path = ViewCycle(catalog, name).Find(statement.query);
  if (path.empty()) return Status::OK();
  std::string text = QuoteName(name);
  for (const NameParts& step : path) text += " -> " + QuoteName(step);
  return MakeError("RECURSIVE_VIEW", {{"viewIdent", QuoteName(name)}, {"newPath", text}});
}

Result<StatementOutcome> Register(Session* session, const Statement& statement,
                                  plan::spec::RelationPtr relation,
                                  plan::spec::RelationPtr stream_relation = nullptr) {
  ARROW_ASSIGN_OR_RAISE(auto name, ViewName(statement));
  plan::Catalog& catalog = session->catalog();
  if (statement.if_not_exists && catalog.FindView(QueryName(statement)) != nullptr) {
    return StatementOutcome{};
  }
  plan::ViewEntry view{.name = name,
                       .relation = std::move(relation),
                       .plan = nullptr,
                       .stream_relation = std::move(stream_relation),
                       .is_global = statement.is_global,
                       .eval_mode = EvalModeOf(session->SettingsSnapshot())};
  ARROW_RETURN_NOT_OK(statement.is_global
                          ? catalog.shared()->CreateView(std::move(view), statement.replace)
                          : catalog.CreateView(std::move(view), statement.replace));
  return StatementOutcome{};
}

}  // namespace

Result<StatementOutcome> CreateView(Session* session, const Statement& statement) {
  if (statement.is_persistent) return CreateCatalogView(session, statement);
  ARROW_RETURN_NOT_OK(ViewName(statement).status());
  ARROW_ASSIGN_OR_RAISE(auto plan, session->Analyze(statement.query));
  plan::spec::RelationPtr relation = statement.query;
  ARROW_RETURN_NOT_OK(CheckViewColumns(statement, *plan));
  if (!statement.column_names.empty()) {
    auto renamed = std::make_shared<plan::spec::Relation>();
    renamed->kind = plan::spec::RelationKind::kAlias;
    renamed->input = relation;
    renamed->alias = statement.name.back();
    renamed->column_names = statement.column_names;
    relation = std::move(renamed);
  }
  if (statement.replace) ARROW_RETURN_NOT_OK(CheckNotRecursive(session->catalog(), statement));
  return Register(session, statement, std::move(relation));
}

Result<StatementOutcome> CreateViewUsing(Session* session, const Statement& statement) {
  auto relation = std::make_shared<plan::spec::Relation>();
  relation->kind = plan::spec::RelationKind::kRead;
  relation->format = statement.format;
  relation->schema = statement.schema;
  relation->options = statement.options;
  relation->position = statement.position;
  ARROW_RETURN_NOT_OK(session->providers().Find(statement.format).status());
  auto stream = std::make_shared<plan::spec::Relation>(*relation);
  stream->is_stream = true;
  return Register(session, statement, std::move(relation), std::move(stream));
}

Result<StatementOutcome> DropView(Session* session, const Statement& statement) {
  plan::Catalog& catalog = session->catalog();
  const bool is_global =
      statement.name.size() == 2 && ToLowerAscii(statement.name[0]) == plan::kGlobalTempDatabase;
  if (const CatalogEntry view = catalog.FindView(statement.name)) {
    session->persisted().Unpersist({"", view});
  }
  const bool was_there = is_global
                             ? catalog.shared()->DropView(statement.name[1])
                             : statement.name.size() == 1 && catalog.DropView(statement.name[0]);
  if (was_there) return StatementOutcome{};
  const auto found = catalog.FindTable(statement.name);
  if (found != nullptr && found->view == nullptr) {
    return MakeError("WRONG_COMMAND_FOR_OBJECT_TYPE",
                     {{"operation", "DROP VIEW"},
                      {"requiredType", "VIEW"},
                      {"objectName", FullName({found->database, found->name})},
                      {"foundType", found->is_managed ? "MANAGED" : "EXTERNAL"},
                      {"alternative", "DROP TABLE"}},
                     statement.position);
  }
  if (found != nullptr) {
    catalog.DropTable(statement.name);
  } else if (!statement.if_exists) {
    return DroppedNotFound(session, statement);
  }
  return StatementOutcome{};
}

}  // namespace thalweg::session
