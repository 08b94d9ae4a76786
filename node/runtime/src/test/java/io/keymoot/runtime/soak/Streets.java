package io.keymoot.runtime.soak;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * A network for the processes of one run: a namespace for each, joined by a bridge, on which nft
 * drops what a fault drops. Needs root and Linux.
 *
 * <pre>
 *   namespace 1 ── veth ──┐
 *   namespace 2 ── veth ──┼── bridge (nft: who hears whom, and how much is lost)
 *   namespace 3 ── veth ──┘
 * </pre>
 */
final class Streets implements AutoCloseable {
  private final String name;
  private final int houses;

  private Streets(String name, int houses) {
    this.name = name;
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
      String probe = "kmp" + ProcessHandle.current().pid() % 100_000;
      try {
        run("ip", "netns", "add", probe);
        run("ip", "link", "add", probe + "b", "type", "bridge");
        run("nft", "add", "table", "bridge", probe);
      } finally {
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
    String name = "km" + ProcessHandle.current().pid() % 100_000;
    Streets streets = new Streets(name, houses);
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

  private static void quietly(String... command) {
    try {
      run(command);
    } catch (IOException e) {
      // It was not there.
    }
  }
}
