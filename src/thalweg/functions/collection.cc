#include "thalweg/functions/collection_family.h"

namespace thalweg::functions {

void RegisterCollectionFunctions(FunctionRegistry* registry) {
  RegisterArrayAccess(registry);
  RegisterArrayFunctions(registry);
  RegisterArraySets(registry);
  RegisterMapFunctions(registry);
  RegisterSequence(registry);
  RegisterHigherOrderFunctions(registry);
}

}  // namespace thalweg::functions
