#include <algorithm>

#include "thalweg/connect/rpc/handlers.h"
#include "thalweg/session/redaction.h"
#include "thalweg/session/setting_check.h"

namespace thalweg::connect {
namespace {

using proto::ConfigRequest;

/// Keys of Spark's core: fixed when the process starts.
bool IsCoreKey(const std::string& key) {
  for (const char* prefix :
       {"spark.executor.", "spark.driver.", "spark.master", "spark.submit.", "spark.redaction."}) {
    if (key.rfind(prefix, 0) == 0) return true;
  }
  return false;
}

/// Keys that clients find fixed, as in Spark, although SET may change some of them here.
bool IsStaticKey(const std::string& key) {
  const SettingDeclaration* declared = FindSetting(key);
  return (declared != nullptr && declared->is_static) || key == "spark.sql.warehouse.dir" ||
         key == "spark.sql.extensions" || key == "spark.sql.catalogImplementation";
}

bool IsModifiable(const std::string& key) {
  return FindSetting(key) != nullptr && !IsStaticKey(key) && !IsCoreKey(key);
}

Status CheckModifiable(const std::string& key) {
  if (IsStaticKey(key)) {
    return MakeError("CANNOT_MODIFY_STATIC_CONFIG", {{"key", "\"" + key + "\""}});
  }
  if (IsCoreKey(key)) {
    return MakeError("CANNOT_MODIFY_CONFIG", {{"key", "\"" + key + "\""}, {"docroot", ""}});
  }
  return Status::OK();
}

/// As clients expect values: booleans in lower case, and as plain numbers those sizes that Spark
/// declares as numbers.
std::string Normalized(const std::string& key, const std::string& value) {
  const SettingDeclaration* declared = FindSetting(key);
  if (declared == nullptr) return value;
  if (declared->kind == SettingKind::kBytes && !declared->default_value.ends_with('b')) {
    const auto bytes = ParseByteSize(value);
    if (bytes.ok()) return std::to_string(*bytes);
  }
  if (declared->kind == SettingKind::kBoolean) {
    std::string lower = value;
    for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return lower;
  }
  return value;
}

/// The settings as clients may see them: those that hold secrets look as if they were not set.
struct VisibleSettings {
  const Settings& settings;
  const session::Redaction redaction = session::Redaction::OfSecrets(settings);

  std::optional<std::string> Find(const std::string& key) const {
    auto value = settings.Find(key);
    if (!value || redaction.Hides(key, *value)) return std::nullopt;
    return Normalized(key, *value);
  }
  /// As Find(), without declared defaults.
  std::optional<std::string> FindSet(const std::string& key) const {
    return settings.values().contains(key) ? Find(key) : std::nullopt;
  }
};

void AddPair(const std::string& key, const std::optional<std::string>& value,
             proto::ConfigResponse* response) {
  proto::KeyValue* pair = response->add_pairs();
  pair->set_key(key);
  if (value) pair->set_value(*value);
}

Status SetPair(ConnectSession* session, const proto::KeyValue& pair) {
  ARROW_RETURN_NOT_OK(CheckModifiable(pair.key()));
  ARROW_RETURN_NOT_OK(session::CheckSettingValue(pair.key(), pair.value()));
  if (!pair.has_value()) {
    return Status::Invalid("requirement failed: value cannot be null for key: ", pair.key());
  }
  const KeptName kept{KeptKind::kSetting, pair.key()};
  KeptSize size{.plan_bytes = static_cast<int64_t>(pair.value().size()), .columns = {}};
  ARROW_RETURN_NOT_OK(session->kept_plans().Check(kept, size));
  ARROW_RETURN_NOT_OK(session->engine().ChangeSettings(
      [&](Settings* settings) { return settings->Set(pair.key(), pair.value()); }));
  session->kept_plans().Keep(kept, std::move(size));
  return Status::OK();
}

Status SetPairs(ConnectSession* session, const ConfigRequest::Set& set,
                proto::ConfigResponse* response) {
  for (const proto::KeyValue& pair : set.pairs()) {
    const Status status = SetPair(session, pair);
    if (status.ok()) continue;
    if (!set.silent()) return status;
    response->add_warnings(RenderError(status));
  }
  return Status::OK();
}

Status UnsetKeys(session::Session* engine, const ConfigRequest::Unset& unset) {
  for (const std::string& key : unset.keys()) {
    ARROW_RETURN_NOT_OK(CheckModifiable(key));
    ARROW_RETURN_NOT_OK(engine->ChangeSettings([&](Settings* settings) {
      settings->Unset(key);
      return Status::OK();
    }));
  }
  return Status::OK();
}

Status GetKeys(const VisibleSettings& settings, const ConfigRequest::Get& get,
               proto::ConfigResponse* response) {
  for (const std::string& key : get.keys()) {
    const auto value = settings.Find(key);
    if (!value && FindSetting(key) == nullptr) {
      return MakeError("SQL_CONF_NOT_FOUND", {{"sqlConf", "\"" + key + "\""}});
    }
    AddPair(key, value, response);
  }
  return Status::OK();
}

void GetAll(const VisibleSettings& visible, const std::string& prefix,
            proto::ConfigResponse* response) {
  for (const auto& [key, value] : visible.settings.Effective()) {
    if (key.compare(0, prefix.size(), prefix) != 0 || visible.redaction.Hides(key, value)) continue;
    AddPair(key.substr(prefix.size()), Normalized(key, value), response);
  }
}

}  // namespace

Status ConfigureSession(ConnectSession* session, const ConfigRequest& request,
                        proto::ConfigResponse* response) {
  session::Session* engine = &session->engine();
  const Settings snapshot = engine->SettingsSnapshot();
  const VisibleSettings settings{snapshot};
  const ConfigRequest::Operation& operation = request.operation();
  switch (operation.op_type_case()) {
    case ConfigRequest::Operation::kSet:
      return SetPairs(session, operation.set(), response);
    case ConfigRequest::Operation::kUnset:
      return UnsetKeys(engine, operation.unset());
    case ConfigRequest::Operation::kGet:
      return GetKeys(settings, operation.get(), response);
    case ConfigRequest::Operation::kGetWithDefault:
      for (const proto::KeyValue& pair : operation.get_with_default().pairs()) {
        // What Spark declares as default does not count beside the caller's.
        auto value = settings.FindSet(pair.key());
        if (!value && pair.has_value()) value = pair.value();
        AddPair(pair.key(), value, response);
      }
      return Status::OK();
    case ConfigRequest::Operation::kGetOption:
      for (const std::string& key : operation.get_option().keys()) {
        AddPair(key, settings.Find(key), response);
      }
      return Status::OK();
    case ConfigRequest::Operation::kGetAll:
      GetAll(settings, operation.get_all().prefix(), response);
      return Status::OK();
    case ConfigRequest::Operation::kIsModifiable:
      for (const std::string& key : operation.is_modifiable().keys()) {
        AddPair(key, IsModifiable(key) ? "true" : "false", response);
      }
      return Status::OK();
    case ConfigRequest::Operation::OP_TYPE_NOT_SET:
      break;
  }
  return MakeError("CONNECT_INVALID_PLAN.INVALID_ONE_OF_FIELD_NOT_SET",
                   {{"fullName", "spark.connect.ConfigRequest.Operation"}, {"name", "op_type"}});
}

}  // namespace thalweg::connect
