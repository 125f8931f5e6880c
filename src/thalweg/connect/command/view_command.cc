#include "thalweg/connect/command/commands.h"
#include "thalweg/connect/plan/frame_key.h"
#include "thalweg/connect/plan/translator.h"
#include "thalweg/plan/catalog/shared_catalog.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

/// `pointer`, which from now on keeps `owner` alive too.
template <typename T>
std::shared_ptr<T> Together(std::shared_ptr<T> pointer, std::shared_ptr<session::Session> owner) {
  T* const raw = pointer.get();
  using Both = std::pair<std::shared_ptr<T>, std::shared_ptr<session::Session>>;
  return std::shared_ptr<T>(std::make_shared<Both>(std::move(pointer), std::move(owner)), raw);
}

/// Scans use what belongs to the session that made them: here it lives as long as they do.
plan::NodePtr KeepSessionAlive(const plan::NodePtr& plan,
                               const std::shared_ptr<session::Session>& engine) {
  return plan::TransformUp(plan, [&engine](const plan::NodePtr& node) -> plan::NodePtr {
    if (node->scan == nullptr && node->stream == nullptr) return node;
    auto kept = std::make_shared<plan::Node>(*node);
    if (kept->scan != nullptr) kept->scan = Together(kept->scan, engine);
    if (kept->stream != nullptr) kept->stream = Together(kept->stream, engine);
    return kept;
  });
}

}  // namespace

Status CreateDataFrameView(Execution* execution, const proto::CreateDataFrameViewCommand& command) {
  Translator translator(execution->session().get());
  ARROW_ASSIGN_OR_RAISE(const auto relation, translator.Translate(command.input()));
  session::Session& engine = execution->engine();
  ARROW_ASSIGN_OR_RAISE(auto plan, engine.Analyze(relation));
  const auto name = sql::ParseMultipartName(command.name());
  if (!name.ok()) return MakeError("_LEGACY_ERROR_TEMP_1321", {{"viewName", command.name()}});
  if (name->size() > 2) {
    return MakeError("TEMP_VIEW_NAME_TOO_MANY_NAME_PARTS", {{"actualName", command.name()}});
  }
  const KeptName kept{command.is_global() ? KeptKind::kGlobalView : KeptKind::kView,
                      ToLowerAscii(name->back())};
  KeptSize size = SizeOfPlan(plan);
  KeptPlans& kept_plans = execution->session()->kept_plans();
  ARROW_RETURN_NOT_OK(kept_plans.Check(kept, size));
  const std::string frame = FrameKey(translator, command.input());
  const std::vector<std::string> own_name =
      command.is_global() ? std::vector<std::string>{plan::kGlobalTempDatabase, name->back()}
                          : std::vector<std::string>{name->back()};
  const session::CatalogEntry replaced = engine.catalog().FindView(own_name);
  // As Spark does, a database before the name is passed over.
  plan::ViewEntry view{.name = name->back(), .relation = nullptr, .plan = std::move(plan)};
  if (command.is_global()) {
    view.plan = KeepSessionAlive(view.plan, engine.shared_from_this());
    view.is_global = true;
    ARROW_RETURN_NOT_OK(engine.catalog().shared()->CreateView(std::move(view), command.replace()));
  } else {
    ARROW_RETURN_NOT_OK(engine.catalog().CreateView(std::move(view), command.replace()));
  }
  kept_plans.Keep(kept, std::move(size));
  engine.persisted().NoteView(engine.catalog().FindView(own_name), frame, replaced);
  return Status::OK();
}

}  // namespace thalweg::connect
