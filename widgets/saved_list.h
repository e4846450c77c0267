#pragma once

#include <QDataStream>
#include <QList>
#include <utility>

namespace ballast {

/// Reads a list as QDataStream writes it, of saved state that may be damaged: Qt itself makes room
/// for whatever number of elements is read there.
///     stream >> SavedList{names};
template<class T>
struct SavedList {
    explicit SavedList(QList<T>& to) : list(to) {}
    QList<T>& list;
};

template<class T>
QDataStream& operator>>(QDataStream& stream, SavedList<T> saved) {
    saved.list.clear();
    quint32 count = 0;
    stream >> count;
    for (; count > 0 && stream.status() == QDataStream::Ok; --count) {
        T element;
        stream >> element;
        if (stream.status() == QDataStream::Ok) saved.list.append(std::move(element));
    }
    if (count > 0) saved.list.clear();
    return stream;
}

}  // namespace ballast
