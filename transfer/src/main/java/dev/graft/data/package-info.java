/** Images: folders of them, reading, and preprocessing as torchvision does it. */
package dev.graft.data;
