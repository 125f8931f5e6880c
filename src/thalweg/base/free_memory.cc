#include "thalweg/base/free_memory.h"

#include <malloc.h>

#include <arrow/memory_pool.h>

// Of mimalloc, where the program is linked with it.
extern "C" [[gnu::weak]] void mi_collect(bool force);

namespace thalweg {

void ReleaseFreeMemory() {
  arrow::default_memory_pool()->ReleaseUnused();
  if (mi_collect != nullptr) mi_collect(/*force=*/true);
#ifdef __GLIBC__
  malloc_trim(0);
#endif
}

}  // namespace thalweg
