using System.Reflection;

namespace Kiroku.Tests;

/// <summary>
/// Rooms know of each other in one direction only. A type counts as known when it stands in a signature, a field or a
/// base of the room, or is used in one of its methods' bodies.
/// </summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> MayKnow = new()
    {
        ["Storage"] = [],
        ["Hypervisors"] = [],
        ["Cluster"] = ["Storage"],
        ["Api"] = ["Storage"],
        ["Access"] = ["Api"],
        ["Identity"] = ["Access", "Api", "Storage"],
        ["Actions"] = ["Access", "Api", "Storage"],
        ["Flavors"] = ["Access", "Api", "Hypervisors", "Identity", "Storage"],
        ["Images"] = ["Access", "Api", "Cluster", "Hypervisors", "Identity", "Quotas", "Storage"],
        ["Quotas"] = ["Access", "Api", "Storage"],
        ["Keypairs"] = ["Access", "Api", "Quotas", "Storage"],
        ["Hosts"] = ["Access", "Api", "Hypervisors", "Nodes", "Storage"],
        ["Nodes"] = ["Api", "Cluster", "Hypervisors", "Scheduling", "Storage"],
        ["ConfigDrives"] = ["Api"],
        ["Scheduling"] = ["Hypervisors"],
        ["Servers"] =
        [
            "Access", "Actions", "Api", "Cluster", "ConfigDrives", "Flavors", "Hypervisors", "Images", "Keypairs",
            "Nodes", "Quotas", "Scheduling", "Storage",
        ],
    };

    /// <summary>Everything else, which puts the rooms together.</summary>
    private static readonly string[] Outside = ["", "CommandLine"];

    public static TheoryData<string> Rooms => [.. MayKnow.Keys];

    [Theory]
    [MemberData(nameof(Rooms))]
    public void A_room_knows_only_the_rooms_below_it(string room)
    {
        var known = Types().Where(type => RoomOf(type) == room).SelectMany(type => Known(type).Select(other => (From: type.FullName, Room: RoomOf(other))))
            .Where(use => use.Room != room && use.Room is not ("" or "Generated"));
        Assert.DoesNotContain(known, use => !MayKnow[room].Contains(use.Room));
    }

    [Fact]
    public void Every_namespace_is_a_room_that_is_listed()
        => Assert.Empty(Types().Select(RoomOf).Distinct().Except(MayKnow.Keys).Except(Outside).Except(["Generated"]));

    private static IEnumerable<Type> Types() => typeof(KirokuApp).Assembly.GetTypes();

    private static string RoomOf(Type type) => type.Namespace switch
    {
        "Kiroku" => "",
        { } name when name.StartsWith("Kiroku.", StringComparison.Ordinal) => name.Split('.')[1],
        _ => "Generated",
    };

    private static IEnumerable<Type> Known(Type type)
    {
        const BindingFlags All = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        var methods = type.GetMethods(All).Cast<MethodBase>().Concat(type.GetConstructors(All)).ToList();
        return new[] { type.BaseType }.Concat(type.GetInterfaces()).Concat(type.GetFields(All).Select(field => field.FieldType))
            .Concat(methods.SelectMany(method => method.GetParameters()).Select(parameter => parameter.ParameterType))
            .Concat(methods.OfType<MethodInfo>().Select(method => method.ReturnType))
            .Concat(methods.SelectMany(Used))
            .OfType<Type>().SelectMany(Parts).Where(other => other.Assembly == type.Assembly);
    }

    /// <summary>Types that a method's variables are of, and those whose members it calls.</summary>
    private static IEnumerable<Type> Used(MethodBase method) => (method.GetMethodBody()?.LocalVariables ?? []).Select(variable => variable.LocalType)
        .Concat(Code.Members(method).Select(member => member as Type ?? member.DeclaringType).OfType<Type>());

    private static IEnumerable<Type> Parts(Type type)
        => type.IsGenericType ? type.GetGenericArguments().SelectMany(Parts).Append(type.GetGenericTypeDefinition())
            : type.GetElementType() is { } element ? Parts(element) : [type];
}
