package io.keymoot.benchmarks;

import com.sun.management.ThreadMXBean;
import io.keymoot.flatkeying.frame.SFrameSuite;
import java.lang.management.ManagementFactory;
import java.security.Provider;
import java.security.Security;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import javax.crypto.Cipher;

/**
 * The operations of {@link FrameBenchmark} in CPU time of the thread, all in one run and in turns:
 * on a machine that does other things too, JMH's wall time says little and ratios less.
 *
 * <p>Prints a line for each: median, first decile, bytes allocated, of one frame; and what they are
 * to each other. Arguments: how many rounds, of how many bytes, and the class of a security
 * provider to be put before the platform's.
 */
public final class FrameFigures {
  /** Unmeasured runs before each measured one: so that each finds its own frames in the cache. */
  private static final int RUN_UP = 5;

  private static final int MLS_MESSAGES = 32;

  private interface Operation {
    Object run() throws Exception;
  }

  private record Row(List<Double> nanos, List<Double> bytes) {
    Row() {
      this(new ArrayList<>(), new ArrayList<>());
    }

    double median() {
      return quantile(nanos, 0.5);
    }
  }

  private FrameFigures() {}

  public static void main(String[] args) throws Exception {
    int rounds = args.length == 0 ? 300 : Integer.parseInt(args[0]);
    int size = args.length > 1 ? Integer.parseInt(args[1]) : 1_200;
    if (args.length > 2) {
      Provider first = (Provider) Class.forName(args[2]).getDeclaredConstructor().newInstance();
      Security.insertProviderAt(first, 1);
    }
    System.out.println("AES-GCM of " + Cipher.getInstance("AES/GCM/NoPadding").getProvider());
    for (SFrameSuite suite :
        List.of(SFrameSuite.AES_128_GCM_SHA256_128, SFrameSuite.AES_256_GCM_SHA512_128)) {
      System.out.println(
          suite + ", " + size + " bytes: ns of CPU (median, first decile), bytes allocated");
      Map<String, Row> rows = measure(suite, size, rounds);
      rows.forEach(
          (name, row) ->
              System.out.printf(
                  "%-16s %8.0f %8.0f %7.0f%n",
                  name, row.median(), quantile(row.nanos, 0.1), quantile(row.bytes, 0.5)));
      tellRatios(rows);
    }
  }

  private static void tellRatios(Map<String, Row> rows) {
    double open = median(rows, "open");
    double seal = median(rows, "seal");
    int forged = FrameBenchmark.FORGED_AMONG + 1;
    int good = FrameBenchmark.BATCH - forged;
    double amongForged = FrameBenchmark.BATCH * median(rows, "openAmongForged") - good * open;
    System.out.printf(
        "to the raw cipher: sealing %.2f, opening %.2f; MLS to sealing %.0f%nto opening: refusing"
            + " %.3f, the same again %.3f, where it costs most %.1f; sealing and opening with a"
            + " proved sender %+.0f and %+.0f ns%n",
        seal / median(rows, "sealRaw"),
        open / median(rows, "openRaw"),
        median(rows, "MLS protect") / seal,
        median(rows, "refuseForged") / open,
        median(rows, "refuseOneAgain") / open,
        amongForged / forged / open,
        median(rows, "sealAmortised") - seal,
        median(rows, "openAmortised") - open);
  }

  private static double median(Map<String, Row> rows, String name) {
    return Objects.requireNonNull(rows.get(name), name).median();
  }

  private static Map<String, Row> measure(SFrameSuite suite, int size, int rounds)
      throws Exception {
    FrameBenchmark frames = new FrameBenchmark();
    frames.suite = suite;
    frames.size = size;
    frames.sealFrames();
    MlsProtectBenchmark mls = new MlsProtectBenchmark();
    mls.found();

    Map<String, Operation> operations = new LinkedHashMap<>();
    operations.put("sealRaw", frames::sealRaw);
    operations.put("seal", frames::seal);
    operations.put("sealAmortised", frames::sealAmortised);
    operations.put("hashEach", frames::hashEach);
    operations.put("signOneIn32", frames::signOneIn32);
    operations.put("verifyOneIn32", frames::verifyOneIn32);
    operations.put("openRaw", frames::openRaw);
    operations.put("open", frames::open);
    operations.put("openAmongForged", frames::openAmongForged);
    operations.put("openAmortised", frames::openAmortised);
    operations.put("refuseForged", frames::refuseForged);
    operations.put("refuseOneAgain", frames::refuseTheSameForgeryAgain);
    operations.put("refuseForgedRaw", frames::refuseForgedRaw);
    operations.put("sealAndOpen", frames::sealAndOpen);

    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Map<String, Row> rows = new LinkedHashMap<>();
    for (int round = 0; round < rounds; round++) {
      boolean warm = round > rounds / 3;
      for (Map.Entry<String, Operation> each : operations.entrySet()) {
        for (int i = 0; i < RUN_UP; i++) {
          frames.bringAFreshReceiver();
          each.getValue().run();
        }
        frames.bringAFreshReceiver();
        take(threads, each.getKey(), each.getValue(), FrameBenchmark.BATCH, warm, rows);
      }
      if (round % 8 == 0) {
        take(threads, "MLS protect", () -> protect(mls), MLS_MESSAGES, warm, rows);
      }
    }
    return rows;
  }

  private static Object protect(MlsProtectBenchmark mls) throws Exception {
    Object last = mls;
    for (int i = 0; i < MLS_MESSAGES; i++) {
      last = mls.protect();
    }
    return last;
  }

  private static void take(
      ThreadMXBean threads,
      String name,
      Operation operation,
      int frames,
      boolean warm,
      Map<String, Row> rows)
      throws Exception {
    long self = Thread.currentThread().threadId();
    long bytesBefore = threads.getThreadAllocatedBytes(self);
    long before = threads.getCurrentThreadCpuTime();
    operation.run();
    double nanos = threads.getCurrentThreadCpuTime() - before;
    double bytes = threads.getThreadAllocatedBytes(self) - bytesBefore;
    if (warm) {
      Row row = rows.computeIfAbsent(name, any -> new Row());
      row.nanos.add(nanos / frames);
      row.bytes.add(bytes / frames);
    }
  }

  private static double quantile(List<Double> values, double quantile) {
    return values.stream().sorted().toList().get((int) (values.size() * quantile));
  }
}
