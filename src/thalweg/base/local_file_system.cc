#include <cerrno>
#include <cstring>
#include <algorithm>
#include <filesystem>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/fs.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "thalweg/base/file_system.h"

namespace thalweg {
namespace {

Status ErrnoStatus(int code, std::string_view what, const std::string& path) {
  const auto text = fmt::format("{} {}: {}", what, path, std::strerror(code));
  switch (code) {
    case ENOENT:
    case ENOTDIR:
      return Status::KeyError(text);
    case EEXIST:
    case ENOTEMPTY:
      return Status::AlreadyExists(text);
    default:
      return Status::IOError(text);
  }
}

class LocalWritableFile : public WritableFile {
 public:
  LocalWritableFile(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  ~LocalWritableFile() override {
    if (descriptor_ >= 0) close(descriptor_);
  }

  Status Append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t written = write(descriptor_, bytes.data(), bytes.size());
      if (written < 0) {
        if (errno == EINTR) continue;
        return ErrnoStatus(errno, "cannot write", path_);
      }
      bytes.remove_prefix(static_cast<size_t>(written));
      written_ += written;
    }
    StartWriting();
    return Status::OK();
  }

  Status Sync() override {
    if (fsync(descriptor_) != 0) return ErrnoStatus(errno, "cannot sync", path_);
    return Status::OK();
  }

  Status Close() override {
    const int descriptor = std::exchange(descriptor_, -1);
    if (close(descriptor) != 0) return ErrnoStatus(errno, "cannot close", path_);
    return Status::OK();
  }

 private:
  /// Lets the device begin with what there is, so that Sync() has little left to wait for. Only a
  /// hint: what goes wrong is what Sync() reports.
  void StartWriting() {
    if (written_ - started_ < kStartBytes) return;
    static_cast<void>(
        sync_file_range(descriptor_, started_, written_ - started_, SYNC_FILE_RANGE_WRITE));
    started_ = written_;
  }

  static constexpr off64_t kStartBytes = 1 << 20;
  int descriptor_;
  std::string path_;
  off64_t written_ = 0;
  off64_t started_ = 0;
};

class LocalReadableFile : public ReadableFile {
 public:
  LocalReadableFile(int descriptor, int64_t size, std::string path)
      : descriptor_(descriptor), size_(size), path_(std::move(path)) {
    if (size_ == 0) return;
    void* address =
        mmap(nullptr, static_cast<size_t>(size_), PROT_READ, MAP_PRIVATE, descriptor_, 0);
    if (address != MAP_FAILED) address_ = static_cast<const char*>(address);
  }
  ~LocalReadableFile() override {
    if (address_ != nullptr) munmap(const_cast<char*>(address_), static_cast<size_t>(size_));
    close(descriptor_);
  }

  int64_t size() const override { return size_; }

  Result<int64_t> Read(int64_t offset, int64_t length, char* out) const override {
    int64_t total = 0;
    while (total < length) {
      const ssize_t count =
          pread(descriptor_, out + total, static_cast<size_t>(length - total), offset + total);
      if (count < 0) {
        if (errno == EINTR) continue;
        return ErrnoStatus(errno, "cannot read", path_);
      }
      if (count == 0) break;
      total += count;
    }
    return total;
  }

  std::string_view mapped() const override {
    return address_ == nullptr ? std::string_view()
                               : std::string_view(address_, static_cast<size_t>(size_));
  }

 private:
  int descriptor_;
  int64_t size_;
  std::string path_;
  const char* address_ = nullptr;
};

FileInfo ToInfo(std::string path, const struct stat& entry) {
  FileInfo info;
  info.path = std::move(path);
  info.is_directory = S_ISDIR(entry.st_mode);
  info.size = entry.st_size;
  info.modification_millis =
      static_cast<int64_t>(entry.st_mtim.tv_sec) * 1000 + entry.st_mtim.tv_nsec / 1000000;
  return info;
}

class LocalFileLock : public FileLock {
 public:
  explicit LocalFileLock(int descriptor) : descriptor_(descriptor) {}
  ~LocalFileLock() override { close(descriptor_); }

 private:
  int descriptor_;
};

class LocalFileSystem : public FileSystem {
 public:
  Result<std::unique_ptr<WritableFile>> CreateNew(const std::string& raw) override {
    const std::string path = NormalizePath(raw);
    const int descriptor = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
    if (descriptor < 0) return ErrnoStatus(errno, "cannot create", path);
    return std::make_unique<LocalWritableFile>(descriptor, path);
  }

  Result<std::unique_ptr<ReadableFile>> Open(const std::string& raw) override {
    const std::string path = NormalizePath(raw);
    const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return ErrnoStatus(errno, "cannot open", path);
    struct stat entry;
    if (fstat(descriptor, &entry) != 0 || S_ISDIR(entry.st_mode)) {
      const int code = S_ISDIR(entry.st_mode) ? EISDIR : errno;
      close(descriptor);
      return ErrnoStatus(code, "cannot open", path);
    }
    return std::make_unique<LocalReadableFile>(descriptor, entry.st_size, path);
  }

  Result<std::string> ReadFile(const std::string& path) override {
    ARROW_ASSIGN_OR_RAISE(auto file, Open(path));
    std::string content(static_cast<size_t>(file->size()), '\0');
    ARROW_ASSIGN_OR_RAISE(int64_t count, file->Read(0, file->size(), content.data()));
    content.resize(static_cast<size_t>(count));
    return content;
  }

  Result<FileInfo> GetInfo(const std::string& raw) override {
    const std::string path = NormalizePath(raw);
    struct stat entry;
    if (stat(path.c_str(), &entry) != 0) return ErrnoStatus(errno, "cannot look up", path);
    return ToInfo(path, entry);
  }

  Result<bool> Exists(const std::string& path) override {
    const auto info = GetInfo(path);
    if (info.ok()) return true;
    if (IsNotFound(info.status())) return false;
    return info.status();
  }

  Result<std::vector<FileInfo>> List(const std::string& raw) override {
    const std::string directory = NormalizePath(raw);
    DIR* handle = opendir(directory.c_str());
    if (handle == nullptr) return ErrnoStatus(errno, "cannot list", directory);
    std::vector<FileInfo> entries;
    while (const dirent* entry = readdir(handle)) {
      const std::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      struct stat details;
      // A file that vanished between the two calls is as good as not listed.
      if (fstatat(dirfd(handle), entry->d_name, &details, 0) != 0) continue;
      entries.push_back(ToInfo(JoinPath(directory, name), details));
    }
    closedir(handle);
    std::sort(entries.begin(), entries.end(),
              [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
    return entries;
  }

  Status CreateDirectories(const std::string& raw) override {
    const std::string directory = NormalizePath(raw);
    if (mkdir(directory.c_str(), 0755) == 0) return SyncDirectory(ParentPath(directory));
    if (errno == EEXIST) {
      struct stat entry;
      if (stat(directory.c_str(), &entry) == 0 && S_ISDIR(entry.st_mode)) return Status::OK();
      return Status::IOError(directory, " exists and is not a directory");
    }
    if (errno != ENOENT) return ErrnoStatus(errno, "cannot create directory", directory);
    const std::string parent = ParentPath(directory);
    if (parent == directory) return ErrnoStatus(ENOENT, "cannot create directory", directory);
    ARROW_RETURN_NOT_OK(CreateDirectories(parent));
    if (mkdir(directory.c_str(), 0755) != 0 && errno != EEXIST) {
      return ErrnoStatus(errno, "cannot create directory", directory);
    }
    return SyncDirectory(parent);
  }

  Status Rename(const std::string& raw_from, const std::string& raw_to, bool overwrite) override {
    const std::string from = NormalizePath(raw_from);
    const std::string to = NormalizePath(raw_to);
    const unsigned flags = overwrite ? 0 : RENAME_NOREPLACE;
    if (syscall(SYS_renameat2, AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), flags) == 0) {
      return Status::OK();
    }
    if (errno != EINVAL && errno != ENOSYS) return ErrnoStatus(errno, "cannot rename to", to);
    if (overwrite) {
      if (rename(from.c_str(), to.c_str()) == 0) return Status::OK();
      return ErrnoStatus(errno, "cannot rename to", to);
    }
    // File systems without RENAME_NOREPLACE: a hard link fails on a taken name just as atomically.
    if (link(from.c_str(), to.c_str()) != 0) return ErrnoStatus(errno, "cannot rename to", to);
    return Remove(from);
  }

  Status Remove(const std::string& raw) override {
    const std::string path = NormalizePath(raw);
    if (unlink(path.c_str()) == 0 || errno == ENOENT) return Status::OK();
    return ErrnoStatus(errno, "cannot remove", path);
  }

  Status RemoveRecursively(const std::string& raw) override {
    std::error_code error;
    std::filesystem::remove_all(NormalizePath(raw), error);
    if (error) return ErrnoStatus(error.value(), "cannot remove", raw);
    return Status::OK();
  }

  Status SyncDirectory(const std::string& raw) override {
    const std::string directory = NormalizePath(raw);
    const int descriptor = open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) return ErrnoStatus(errno, "cannot open directory", directory);
    const int result = fsync(descriptor);
    const int code = errno;
    close(descriptor);
    if (result != 0) return ErrnoStatus(code, "cannot sync directory", directory);
    return Status::OK();
  }

  Status SetModificationTime(const std::string& raw, int64_t millis) override {
    const std::string path = NormalizePath(raw);
    timespec times[2];
    times[0].tv_nsec = UTIME_OMIT;
    times[1].tv_sec = millis / 1000;
    times[1].tv_nsec = (millis % 1000) * 1000000;
    if (utimensat(AT_FDCWD, path.c_str(), times, 0) == 0) return Status::OK();
    return ErrnoStatus(errno, "cannot set the time of", path);
  }

  Result<std::unique_ptr<FileLock>> TryLock(const std::string& raw) override {
    const std::string path = NormalizePath(raw);
    const int descriptor = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (descriptor < 0) return ErrnoStatus(errno, "cannot open lock file", path);
    if (flock(descriptor, LOCK_EX | LOCK_NB) == 0) {
      return std::make_unique<LocalFileLock>(descriptor);
    }
    const int code = errno;
    close(descriptor);
    if (code == EWOULDBLOCK) return std::unique_ptr<FileLock>();
    return ErrnoStatus(code, "cannot lock", path);
  }
};

}  // namespace

std::unique_ptr<FileSystem> MakeLocalFileSystem() { return std::make_unique<LocalFileSystem>(); }

bool IsNotFound(const Status& status) { return status.IsKeyError(); }
bool IsAlreadyExists(const Status& status) { return status.IsAlreadyExists(); }

}  // namespace thalweg
