package dev.graft.endtoend;

import dev.graft.testing.SharedData;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;

/** Shared archives, unpacked once into the build's folder. */
final class Archives {
  private Archives() {}

  /** The folder with the files of {@code archive} whose names begin with {@code part}. */
  static synchronized Path unpacked(String archive, String part) throws IOException {
    Path file = SharedData.file("data/" + archive);
    Path folder = Path.of("target", "archives", archive).toAbsolutePath();
    Path done = folder.resolve(".done-" + part.replace('/', '-'));
    if (Files.exists(done)) {
      return folder;
    }
    try (InputStream raw = new BufferedInputStream(Files.newInputStream(file));
        InputStream plain = archive.endsWith(".gz") ? new GZIPInputStream(raw, 1 << 16) : raw;
        TarArchiveInputStream tar = new TarArchiveInputStream(plain)) {
      for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
        Path target = folder.resolve(e.getName()).normalize();
        if (!target.startsWith(folder) || !e.getName().startsWith(part) || !e.isFile()) {
          continue;
        }
        Files.createDirectories(target.getParent());
        Files.write(target, tar.readAllBytes());
      }
    }
    Files.createFile(done);
    return folder;
  }
}
