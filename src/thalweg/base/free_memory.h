#pragma once

namespace thalweg {

/// Gives the memory that the allocators of the process keep for later back to the system. Call it
/// on the process's main thread: only there mimalloc takes back what threads left that have ended.
/// Takes milliseconds per GiB, while threads that allocate may wait: for now and then.
void ReleaseFreeMemory();

}  // namespace thalweg
