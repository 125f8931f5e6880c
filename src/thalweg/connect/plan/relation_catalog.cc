#include "thalweg/connect/plan/catalog_answer.h"

namespace thalweg::connect {

Result<RelationDraft> TranslateCatalog(Translator* translator, const proto::Catalog& call) {
  return TranslateTableCall(translator, call);
}

}  // namespace thalweg::connect
