#include "segmentation/grabcut/memory_error.h"

#include <new>
#include <opencv2/core.hpp>

#include "memory/out_of_memory.h"

namespace sam::grabcut {

void rethrow_memory_error(const char* sentence) {
  try {
    throw;
  } catch (const std::bad_alloc&) {
    throw OutOfMemory(sentence);
  } catch (const cv::Exception& error) {
    if (error.code == cv::Error::StsNoMem) throw OutOfMemory(error.what());
    throw;
  }
}

}  // namespace sam::grabcut
