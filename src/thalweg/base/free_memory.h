#pragma once

namespace thalweg {

/// Gives the memory that the allocators of the process keep for later back to the system. Takes
/// milliseconds per GiB, while threads that allocate may wait: for now and then.
void ReleaseFreeMemory();

}  // namespace thalweg
