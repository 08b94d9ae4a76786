package io.keymoot.benchmarks.compare;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** CPU time, mostly of this thread. */
final class Cpu {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  interface Work {
    void run() throws Exception;
  }

  private Cpu() {}

  static long nanos() {
    return THREADS.getCurrentThreadCpuTime();
  }

  /** Of the whole process; 0 where the system does not say. */
  static long ofAllThreads() {
    return ManagementFactory.getOperatingSystemMXBean()
            instanceof com.sun.management.OperatingSystemMXBean system
        ? Math.max(0, system.getProcessCpuTime())
        : 0;
  }

  static double micros(Work work) throws Exception {
    long before = nanos();
    work.run();
    return (nanos() - before) / 1e3;
  }

  /** What all live objects take, after collecting twice. */
  static long heap() {
    for (int i = 0; i < 2; i++) {
      System.gc();
    }
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }
}
