package io.keymoot.flatkeying.house.bad;

import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.Lock;

/** Breaks the rule against threads and locks, once in each method. */
@SuppressWarnings({"WaitNotInLoop", "LockNotBeforeTry"})
final class Waits {
  void sleep() throws InterruptedException {
    Thread.sleep(1);
  }

  void executor(Executor executor) {
    executor.execute(() -> {});
  }

  void lock(Lock lock) {
    lock.lock();
  }

  void monitor() throws InterruptedException {
    wait();
  }

  synchronized void synchronizedMethod() {}

  int synchronizedBlock(int[] shared) {
    synchronized (shared) {
      return shared[0]++;
    }
  }

  Object parallel(List<String> list) {
    return list.parallelStream().toList();
  }

  Object parallelLater(List<String> list) {
    return list.stream().parallel().toList();
  }
}
