#include "thalweg/connect/python/python_data_source.h"

#include <utility>

#include "thalweg/connect/plan/translator.h"
#include "thalweg/connect/python/python_function.h"
#include "thalweg/python/data_source_provider.h"
#include "thalweg/types/identifier_text.h"

namespace thalweg::connect {
namespace {

/// Makes `source` run as `session` runs Python, and adds it there.
void Add(const std::shared_ptr<ConnectSession>& session, python::DataSourceClass source) {
  source.pool = session->python_workers();
  source.settings = [owner = std::weak_ptr(session)]() -> Result<python::PythonSettings> {
    const auto held = owner.lock();
    if (held == nullptr) return MakeError("INVALID_HANDLE.SESSION_CLOSED", {{"handle", ""}});
    return PythonSettingsOf(held.get());
  };
  auto shared = std::make_shared<const python::DataSourceClass>(std::move(source));
  session->engine().providers().Add(python::MakeDataSourceProvider(shared));
  session->RememberDataSource(ToLowerAscii(shared->name), shared);
}

}  // namespace

Status AddPythonDataSource(const std::shared_ptr<ConnectSession>& session,
                           const proto::CommonInlineUserDefinedDataSource& message) {
  if (!message.has_python_data_source()) {
    return UnsupportedFeature("a data source that is not written in Python");
  }
  const bool known = session->data_sources().count(ToLowerAscii(message.name())) > 0;
  if (!known && session->engine().providers().Find(message.name()).ok()) {
    return MakeError("DATA_SOURCE_ALREADY_EXISTS", {{"provider", message.name()}});
  }
  const KeptName kept{KeptKind::kDataSource, ToLowerAscii(message.name())};
  KeptSize size{.plan_bytes = static_cast<int64_t>(message.ByteSizeLong()), .columns = {}};
  ARROW_RETURN_NOT_OK(session->kept_plans().Check(kept, size));
  session->kept_plans().Keep(kept, std::move(size));
  python::DataSourceClass source;
  source.name = message.name();
  source.function.name = message.name();
  source.function.command = message.python_data_source().command();
  source.function.python_version = message.python_data_source().python_ver();
  source.parse_schema = [](const std::string& text) { return ParseSchema(text); };
  Add(session, std::move(source));
  return Status::OK();
}

void CopyPythonDataSources(const ConnectSession& from, const std::shared_ptr<ConnectSession>& to) {
  for (const auto& [name, source] : from.data_sources()) Add(to, *source);
}

}  // namespace thalweg::connect
