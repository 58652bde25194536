namespace Kiroku.Cluster;

/// <summary>Marks grains that are active only on nodes of a role.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class InRoleAttribute(NodeRoles role) : Attribute
{
    public NodeRoles Role => role;

    /// <summary>Whether a node of these roles has grains of that class.</summary>
    public static bool IsOffered(Type grain, NodeRoles roles)
        => grain.GetCustomAttributes(typeof(InRoleAttribute), inherit: false) is not [InRoleAttribute needed, ..]
            || roles.HasFlag(needed.Role);
}
