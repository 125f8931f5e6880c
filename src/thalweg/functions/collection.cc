#include "thalweg/functions/collection_family.h"
#include "thalweg/functions/vector_family.h"

namespace thalweg::functions {

void RegisterCollectionFunctions(FunctionRegistry* registry) {
  RegisterArrayAccess(registry);
  RegisterArrayFunctions(registry);
  RegisterArrayInsertion(registry);
  RegisterArrayZip(registry);
  RegisterArraySets(registry);
  RegisterMapFunctions(registry);
  RegisterStringMap(registry);
  RegisterSequence(registry);
  RegisterHigherOrderFunctions(registry);
  RegisterVectorFunctions(registry);
}

}  // namespace thalweg::functions
