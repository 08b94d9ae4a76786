package io.keymoot.runtime.soak;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntPredicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A network for the processes of one run: a namespace for each, joined by a bridge, on which nft
 * drops what a fault drops. Needs root and Linux.
 *
 * <pre>
 *   namespace 1 ── veth ──┐
 *   namespace 2 ── veth ──┼── bridge (nft: who hears whom, and how much is lost)
 *   namespace 3 ── veth ──┘
 * </pre>
 *
 * <p>What an earlier run left that was killed is removed when one is built, but not what a run that
 * is alive needs.
 */
final class Streets implements AutoCloseable {
  private final Claim claim;
  private final String name;
  private final int houses;

  private Streets(Claim claim, int houses) {
    this.claim = claim;
    this.name = "ks" + claim.number();
    this.houses = houses;
  }

  /** Why this machine cannot have one; empty if it can. */
  static String whyNot() {
    if (!System.getProperty("os.name").equals("Linux")) {
      return "network namespaces are Linux's";
    }
    try {
      if (!said("id", "-u").equals("0")) {
        return "network namespaces need root";
      }
      Claim claim = Claim.take();
      String probe = "ksp" + claim.number();
      try (claim) {
        run("ip", "netns", "add", probe);
        run("ip", "link", "add", probe + "b", "type", "bridge");
        run("nft", "add", "table", "bridge", probe);
      } finally {
        // Where this is cut short, the next to build finds it unclaimed.
        quietly("nft", "delete", "table", "bridge", probe);
        quietly("ip", "link", "del", probe + "b");
        quietly("ip", "netns", "del", probe);
      }
      return "";
    } catch (IOException e) {
      return "network namespaces, bridges and nft (package nftables) are needed: " + e.getMessage();
    }
  }

  static Streets build(int houses) throws IOException {
    removeRuins();
    Streets streets = new Streets(Claim.take(), houses);
    String name = streets.name;
    Runtime.getRuntime().addShutdownHook(new Thread(streets::close));
    try {
      run("ip", "link", "add", streets.bridge(), "type", "bridge", "mcast_snooping", "0");
      run("ip", "link", "set", streets.bridge(), "up");
      run("nft", "add", "table", "bridge", name);
      run("nft", "add", "chain", "bridge", name, "f", "{ type filter hook forward priority 0; }");
      for (int i = 0; i < houses; i++) {
        streets.addHouse(i);
      }
      return streets;
    } catch (IOException e) {
      streets.close();
      throw e;
    }
  }

  // ---- what a run leaves that is killed

  /**
   * Held while a network stands, and gone with its process however that ends: a port, for it is
   * seen by exactly those who see the network's links. A process id says nothing of a run that
   * shares the machine's network and not its process ids.
   */
  record Claim(ServerSocket port) implements AutoCloseable {
    /** Of this machine alone, and nobody else's. */
    private static final byte[] HERE = {127, 77, 77, 77};

    static Claim take() throws IOException {
      return new Claim(bound(0));
    }

    static boolean isHeld(int number) {
      try (ServerSocket free = bound(number)) {
        return !free.isBound();
      } catch (IOException taken) {
        return true;
      }
    }

    int number() {
      return port.getLocalPort();
    }

    private static ServerSocket bound(int number) throws IOException {
      return new ServerSocket(number, 1, InetAddress.getByAddress(HERE));
    }

    @Override
    public void close() throws IOException {
      port.close();
    }
  }

  /** Names of ours say under which claim they were made. */
  private static final Pattern OURS = Pattern.compile("ksp?(\\d{1,5})(?:-\\d+|v\\d+|b)?");

  /** Those of these names that are ours, and whose claim nobody holds. */
  static List<String> ruins(Collection<String> names, IntPredicate isHeld) {
    return names.stream()
        .filter(
            name -> {
              Matcher ours = OURS.matcher(name);
              return ours.matches() && !isHeld.test(Integer.parseInt(ours.group(1)));
            })
        .toList();
  }

  private static void removeRuins() {
    for (String space : ruins(words(quietly("ip", "netns", "list"), 0))) {
      // Who was stopped there never noticed that nobody watches it any more.
      quietly("ip", "netns", "pids", space).lines().forEach(pid -> quietly("kill", "-9", pid));
      quietly("ip", "netns", "del", space);
    }
    for (String link : ruins(List.of(Objects.requireNonNull(new File("/sys/class/net").list())))) {
      quietly("ip", "link", "del", link);
    }
    for (String table : ruins(words(quietly("nft", "list", "tables", "bridge"), 2))) {
      quietly("nft", "delete", "table", "bridge", table);
    }
  }

  static List<String> ruins(List<String> names) {
    return ruins(names, number -> number > 0xffff || Claim.isHeld(number));
  }

  /** That word of each line. */
  private static List<String> words(String lines, int which) {
    return lines.lines().map(line -> line.split(" ")[which]).toList();
  }

  private void addHouse(int i) throws IOException {
    run("ip", "netns", "add", space(i));
    run("ip", "link", "add", door(i), "type", "veth", "peer", "name", "eth0", "netns", space(i));
    run("ip", "link", "set", door(i), "master", bridge(), "up");
    inside(i, "ip", "link", "set", "lo", "up");
    inside(i, "ip", "addr", "add", address(i) + "/16", "dev", "eth0");
    inside(i, "ip", "link", "set", "eth0", "up");
    inside(i, "ip", "route", "add", "224.0.0.0/4", "dev", "eth0");
  }

  private String bridge() {
    return name + "b";
  }

  private String space(int i) {
    return name + "-" + i;
  }

  private String door(int i) {
    return name + "v" + i;
  }

  String address(int i) {
    return "10.77." + i / 200 + "." + (i % 200 + 1);
  }

  /** What a command begins with to run there. */
  List<String> there(int i) {
    return List.of("ip", "netns", "exec", space(i));
  }

  private void inside(int i, String... command) throws IOException {
    List<String> whole = new ArrayList<>(there(i));
    whole.addAll(Arrays.asList(command));
    run(whole.toArray(new String[0]));
  }

  // ---- faults

  /** Nobody of {@code some} hears any of the others, nor they them. */
  void part(Set<Integer> some) throws IOException {
    String doors = doors(some);
    run(
        "nft "
            + "add rule bridge "
            + name
            + " f iifname { "
            + doors
            + " } oifname != { "
            + doors
            + " } drop");
    run(
        "nft "
            + "add rule bridge "
            + name
            + " f iifname != { "
            + doors
            + " } oifname { "
            + doors
            + " } drop");
  }

  /** What {@code from} says does not reach {@code to}; the other way it goes. */
  void cutOneWay(int from, int to) throws IOException {
    run(
        "nft add rule bridge "
            + name
            + " f iifname "
            + door(from)
            + " oifname "
            + door(to)
            + " drop");
  }

  /** Everybody loses that many of a hundred packets. */
  void lose(int percent) throws IOException {
    run("nft add rule bridge " + name + " f numgen random mod 100 < " + percent + " drop");
  }

  /** All is as it was. */
  void heal() throws IOException {
    run("nft", "flush", "chain", "bridge", name, "f");
  }

  private String doors(Set<Integer> some) {
    return String.join(", ", some.stream().map(this::door).toList());
  }

  @Override
  public void close() {
    quietly("nft", "delete", "table", "bridge", name);
    for (int i = 0; i < houses; i++) {
      quietly("ip", "netns", "del", space(i));
      quietly("ip", "link", "del", door(i));
    }
    quietly("ip", "link", "del", bridge());
    try {
      claim.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  // ---- commands

  /** A command of one word is a line, to be split at blanks. */
  private static String run(String... command) throws IOException {
    String[] words = command.length == 1 ? command[0].split(" ") : command;
    Process process;
    try {
      process = new ProcessBuilder(words).redirectErrorStream(true).start();
    } catch (IOException e) {
      throw new IOException(words[0] + " is not installed", e);
    }
    String out =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    try {
      if (!process.waitFor(20, TimeUnit.SECONDS) || process.exitValue() != 0) {
        throw new IOException(String.join(" ", words) + ": " + out);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", e);
    }
    return out;
  }

  private static String said(String... command) throws IOException {
    return run(command);
  }

  private static String quietly(String... command) {
    try {
      return run(command);
    } catch (IOException e) {
      return ""; // it was not there
    }
  }
}
