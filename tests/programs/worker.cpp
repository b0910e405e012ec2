// The worker of the tests: what `sam-annotator worker` is in the product.
#include "inference/worker.h"

int main() {
  return sam::run_worker(3);  // kChildDescriptor
}
