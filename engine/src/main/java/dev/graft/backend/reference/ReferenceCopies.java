package dev.graft.backend.reference;

import dev.graft.backend.CopyKernels;
import dev.graft.backend.View;

final class ReferenceCopies implements CopyKernels {
  @Override
  public void copy(View src, View dst) {
    Indices i = new Indices(dst.shape(), src.layout(), dst.layout());
    for (; i.hasMore(); i.next()) {
      dst.array()[i.at(1)] = src.array()[i.at(0)];
    }
  }

  @Override
  public void fill(View dst, float value) {
    for (Indices i = new Indices(dst.shape(), dst.layout()); i.hasMore(); i.next()) {
      dst.array()[i.at(0)] = value;
    }
  }

  @Override
  public void indexSelect(View src, int dim, int[] index, View dst) {
    for (int i = 0; i < index.length; i++) {
      View from = src.with(src.layout().slice(dim, index[i], index[i] + 1, 1));
      copy(from, dst.with(dst.layout().slice(dim, i, i + 1, 1)));
    }
  }

  @Override
  public void indexAdd(View src, int dim, int[] index, View dst) {
    for (int i = 0; i < index.length; i++) {
      View from = src.with(src.layout().slice(dim, i, i + 1, 1));
      View to = dst.with(dst.layout().slice(dim, index[i], index[i] + 1, 1));
      Indices at = new Indices(to.shape(), from.layout(), to.layout());
      for (; at.hasMore(); at.next()) {
        dst.array()[at.at(1)] += src.array()[at.at(0)];
      }
    }
  }
}
