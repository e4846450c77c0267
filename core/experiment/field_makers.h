#pragma once

#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "core/experiment/config_fields.h"
#include "core/experiment/rule_json.h"

/// What the table of fields is written with: a field of each type, from its pointer, the way to its
/// member and its words; and what further holds of it.
namespace ballast::field_table {

inline std::vector<CatalogEntry> entries(std::span<const CatalogEntry> list) {
    return {list.begin(), list.end()};
}

/// What a path of members begins in: the config itself, or one element of a list.
template<class Owner, class Config>
auto& ownerIn(Config& config, std::size_t index) {
    if constexpr (std::is_same_v<Owner, Phase>) {
        return config.phases.at(index);
    } else if constexpr (std::is_same_v<Owner, LrStep>) {
        return config.lr_schedule.steps.at(index);
    } else {
        return config;
    }
}

inline auto& follow(auto& object) {
    return object;
}
auto& follow(auto& object, auto member, auto... rest) {
    return follow(object.*member, rest...);
}

template<class T>
nlohmann::ordered_json fieldValueOf(const T& member) {
    if constexpr (std::is_enum_v<T>) {
        return nameOf(member);
    } else if constexpr (std::is_same_v<T, std::optional<double>>) {
        return member ? nlohmann::ordered_json(*member) : nlohmann::ordered_json(nullptr);
    } else if constexpr (std::is_same_v<T, ClassRule>) {
        return toJson(member);
    } else {
        return member;
    }
}

template<class T>
void assign(T& member, const nlohmann::json& value) {
    if (value.is_null()) return;
    if constexpr (std::is_enum_v<T>) {
        member = choiceNamed<T>(value.get_ref<const std::string&>()).value();
    } else if constexpr (std::is_same_v<T, std::optional<double>>) {
        member = value.get<double>();
    } else if constexpr (std::is_same_v<T, ClassRule>) {
        member = classRuleFromJson(value);
    } else if constexpr (std::is_integral_v<T>) {
        member = value.is_number_float() ? static_cast<T>(value.get<double>()) : value.get<T>();
    } else {
        member = value.get<T>();
    }
}

/// Where a field's value is, and what follows from a change.
struct Member {
    FieldAccess access;
    Affects affects;
    SetBy set_by;
};

/// The member at the end of a path from RunConfig, Phase or LrStep.
template<class Owner, class First, class... Rest>
Member member(Affects affects, SetBy set_by, First Owner::*first, Rest... rest) {
    return {{[=](const RunConfig& config, std::size_t index) {
                 return fieldValueOf(follow(ownerIn<Owner>(config, index), first, rest...));
             },
             [=](RunConfig& config, std::size_t index, const nlohmann::json& value) {
                 assign(follow(ownerIn<Owner>(config, index), first, rest...), value);
             }},
            affects,
            set_by};
}

inline Field fieldOf(std::string_view pointer, Member member, FieldType type) {
    return {.pointer = pointer,
            .access = std::move(member.access),
            .affects = member.affects,
            .set_by = member.set_by,
            .type = type};
}

inline Field text(std::string_view pointer, Member member, std::string_view label,
                  std::string_view help) {
    Field field = fieldOf(pointer, std::move(member), FieldType::text);
    field.label = label;
    field.help = help;
    return field;
}

inline Field choice(std::string_view pointer, Member member, std::string_view label,
                    std::string_view help, std::vector<CatalogEntry> choices,
                    FieldType type = FieldType::choice) {
    Field field = text(pointer, std::move(member), label, help);
    field.type = type;
    field.choices = std::move(choices);
    return field;
}

struct Words {
    std::string_view label;
    std::string_view symbol;
    std::string_view unit;
    std::string_view help;
};

inline Field worded(std::string_view pointer, Member member, FieldType type, const Words& words) {
    Field field = fieldOf(pointer, std::move(member), type);
    field.label = words.label;
    field.symbol = words.symbol;
    field.unit = words.unit;
    field.help = words.help;
    return field;
}

inline Field integer(std::string_view pointer, Member member, const Words& words, double minimum,
                     double maximum) {
    Field field = worded(pointer, std::move(member), FieldType::integer, words);
    field.minimum = minimum;
    field.maximum = maximum;
    return field;
}

inline Field number(std::string_view pointer, Member member, const Words& words, double minimum,
                    double maximum, bool above_minimum = false) {
    Field field = worded(pointer, std::move(member), FieldType::number, words);
    field.minimum = minimum;
    field.maximum = maximum;
    field.above_minimum = above_minimum;
    return field;
}

/// A field that may be left empty, which means `words`.
inline Field absentMeans(std::string_view words, Field field) {
    field.nullable = true;
    field.absent = words;
    return field;
}

/// A field that counts only while `pointer` has one of `values`.
inline Field onlyWith(Field field, std::string_view pointer, std::vector<std::string_view> values) {
    field.depends_on = pointer;
    field.depends_values = std::move(values);
    return field;
}

/// A field that configs had not in format 1's first version: see Field::later.
inline Field later(Field field) {
    field.later = true;
    return field;
}

}  // namespace ballast::field_table
