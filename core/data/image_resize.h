#pragma once

#include <vector>

#include "core/data/jpeg.h"

namespace ballast {

/// A rectangle in pixels of an image; pixel (x, y) covers x … x+1 and y … y+1.
struct CropBox {
    double left = 0.0;
    double top = 0.0;
    double width = 0.0;
    double height = 0.0;
};

/// Resizes the part `box` of an image to `width` by `height` pixels: the triangle filter, as wide
/// as an output pixel where the image shrinks and as an input pixel where it grows, as Pillow's
/// resize(box=…, BILINEAR); near the box it also sees the pixels around it. `out` becomes
/// [height, width, 3], values 0 … 255, not rounded; scratch memory is kept in `rows` between calls.
void resizeBox(const RgbImage& image, const CropBox& box, int width, int height,
               std::vector<float>& out, std::vector<float>& rows);

}  // namespace ballast
