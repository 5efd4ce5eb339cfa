package dev.graft.weights.hub;

import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Fetches published files: from the cache, else from mirrors, else from their public address. A
 * file is in the cache only once it is whole and its checksum right; a download that broke off goes
 * on where it stood. Immutable.
 *
 * <p>{@link #standard()} goes by the environment, or by the system property beside it:
 *
 * <ul>
 *   <li>{@code GRAFT_HOME} ({@code graft.home}): the cache; otherwise {@code graft} in the user's
 *       folder of caches ({@code ~/.cache}, {@code ~/Library/Caches}, {@code %LOCALAPPDATA%}).
 *   <li>{@code GRAFT_MIRROR} ({@code graft.mirror}): addresses, {@code file:} or http(s), separated
 *       by commas, that have files as the cache has them.
 *   <li>{@code GRAFT_OFFLINE} ({@code graft.offline}): {@code 1} or {@code true} forbids the
 *       network; mirrors that are folders are still looked into.
 *   <li>{@code https_proxy}, {@code http_proxy} ({@code http://HOST:PORT} or {@code
 *       http://NAME:PASSWORD@HOST:PORT}), {@code no_proxy}, or Java's own properties.
 *   <li>{@code HF_TOKEN}: who is asking, for private repositories of Hugging Face.
 * </ul>
 *
 * <p>What PyTorch has in its own cache is used where it lies.
 *
 * @param home the cache
 * @param mirrors asked before the public address, in order
 * @param offline whether the network must not be used
 * @param others folders with files by their names alone, such as PyTorch's cache
 */
public record Hub(
    Path home,
    List<URI> mirrors,
    boolean offline,
    List<Path> others,
    Patience patience,
    DownloadListener listener) {

  /** The lists are copied. */
  public Hub {
    home = home.toAbsolutePath();
    mirrors = List.copyOf(mirrors);
    others = List.copyOf(others);
  }

  /** As the environment says. */
  public static Hub standard() {
    return of(System.getenv(), System.getProperty("os.name", ""));
  }

  static Hub of(Map<String, String> environment, String system) {
    Path user = Path.of(System.getProperty("user.home", "."));
    String home = setting(environment, "home");
    List<URI> mirrors =
        Arrays.stream(setting(environment, "mirror").split("[,\\s]+"))
            .filter(text -> !text.isBlank())
            .map(Hub::mirror)
            .toList();
    String offline = setting(environment, "offline").toLowerCase(Locale.ROOT);
    String torch = environment.getOrDefault("TORCH_HOME", "");
    Path checkpoints =
        (torch.isEmpty() ? caches(environment, "linux", user).resolve("torch") : Path.of(torch))
            .resolve("hub/checkpoints");
    return new Hub(
        home.isEmpty() ? caches(environment, system, user).resolve("graft") : Path.of(home),
        mirrors,
        !offline.isEmpty() && !offline.equals("0") && !offline.equals("false"),
        List.of(checkpoints),
        Patience.STANDARD,
        DownloadListener.SILENT);
  }

  private static String setting(Map<String, String> environment, String name) {
    String variable = environment.getOrDefault("GRAFT_" + name.toUpperCase(Locale.ROOT), "");
    return System.getProperty("graft." + name, variable).strip();
  }

  /** A mirror's address; a path is taken as the folder's. */
  private static URI mirror(String text) {
    boolean address = text.matches("(?i)(https?|file):.*");
    URI uri = address ? URI.create(text) : Path.of(text).toAbsolutePath().toUri();
    return uri.toString().endsWith("/") ? uri : URI.create(uri + "/");
  }

  private static Path caches(Map<String, String> environment, String system, Path user) {
    String name = system.toLowerCase(Locale.ROOT);
    if (name.startsWith("mac")) {
      return user.resolve("Library/Caches");
    }
    String variable = name.startsWith("windows") ? "LOCALAPPDATA" : "XDG_CACHE_HOME";
    String given = environment.getOrDefault(variable, "");
    Path otherwise = user.resolve(name.startsWith("windows") ? "AppData/Local" : ".cache");
    return given.isEmpty() ? otherwise : Path.of(given);
  }

  /** The same with a listener. */
  public Hub withListener(DownloadListener ear) {
    return new Hub(home, mirrors, offline, others, patience, ear);
  }

  /** Where a file lies in the cache, or would. */
  public Path place(RemoteFile file) {
    return home.resolve(file.path());
  }

  /**
   * The file on this machine, fetched if need be. The checksum of what lay there already is looked
   * at, too: people put files there by hand.
   *
   * @throws HubException if it cannot be had; the message says which file to put where
   */
  public Path fetch(RemoteFile file) throws HubException {
    Path place = place(file);
    try {
      Path here = present(file, place);
      if (here != null) {
        return here;
      }
      Files.createDirectories(place.getParent());
      try (FileLocks lock = FileLocks.acquire(place, () -> listener.waiting(file.name()))) {
        here = present(file, place);
        if (here == null) {
          bring(file, place);
          here = place;
        }
        lock.remove();
        return here;
      }
    } catch (HubException e) {
      throw e;
    } catch (IOException e) {
      throw failed(file, place.getParent() + ": " + describe(e), false, e);
    }
  }

  /**
   * As {@link #fetch}, of a file that need not exist; empty where it does not, or cannot be asked
   * for.
   *
   * @throws HubException if it exists and cannot be had
   */
  public Optional<Path> fetchIfThere(RemoteFile file) throws HubException {
    try {
      return Optional.of(fetch(file));
    } catch (HubException e) {
      if (e.isAbsent() || offline) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private Path present(RemoteFile file, Path place) throws IOException {
    if (Files.isRegularFile(place)) {
      String wrong = Checksum.difference(place, file.digest());
      if (wrong != null) {
        throw new HubException(
            "hub: %s is damaged or another file: %s; delete it".formatted(place, wrong),
            false,
            null);
      }
      return place;
    }
    for (Path folder : file.digest().isEmpty() ? List.<Path>of() : others) {
      Path other = folder.resolve(file.name());
      if (Files.isRegularFile(other) && Checksum.difference(other, file.digest()) == null) {
        return other;
      }
    }
    return null;
  }

  /** Tries the mirrors, then the public address. */
  private void bring(RemoteFile file, Path place) throws IOException {
    Path part = place.resolveSibling(place.getFileName() + ".part");
    List<URI> addresses = new ArrayList<>();
    mirrors.forEach(mirror -> addresses.add(mirror.resolve(file.path())));
    addresses.add(file.address());
    List<String> tried = new ArrayList<>();
    IOException last = null;
    boolean absent = true;
    for (URI address : addresses) {
      boolean local = "file".equals(address.getScheme());
      if (offline && !local) {
        continue;
      }
      try {
        if (local) {
          copy(file, Path.of(address), part);
        } else {
          new Download(file, address, part, patience, listener).run();
        }
        Files.move(part, place, StandardCopyOption.ATOMIC_MOVE);
        return;
      } catch (IOException e) {
        tried.add(address + " " + describe(e));
        last = e;
        absent &= e instanceof NoSuchFileException || e instanceof FinalException f && f.isAbsent();
        if (Thread.currentThread().isInterrupted()) {
          break;
        }
      }
    }
    throw failed(file, String.join("; ", tried), absent && !tried.isEmpty(), last);
  }

  private static void copy(RemoteFile file, Path from, Path part) throws IOException {
    Files.copy(from, part, StandardCopyOption.REPLACE_EXISTING);
    String wrong = Checksum.difference(part, file.digest());
    if (wrong != null) {
      Files.delete(part);
      throw new IOException("is a damaged or another file: " + wrong);
    }
  }

  private static String describe(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "is not there";
      case AccessDeniedException _ -> "may not be written";
      default -> Download.reason(e);
    };
  }

  private HubException failed(RemoteFile file, String tried, boolean absent, IOException cause) {
    String why = tried.isEmpty() ? "" : ": " + tried;
    return new HubException(
        offline
            ? "hub: %s is not in the cache, and GRAFT_OFFLINE forbids to fetch it%s; get %s and put it at %s"
                .formatted(file.name(), why, file.address(), place(file))
            : "hub: %s cannot be fetched%s; put it at %s, or set GRAFT_MIRROR to a folder or server that has %s"
                .formatted(file.name(), why, place(file), file.path()),
        absent,
        cause);
  }
}
