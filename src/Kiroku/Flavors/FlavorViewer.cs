using Kiroku.Access;

namespace Kiroku.Flavors;

/// <summary>Who looks up flavors: a project, or an administrator who sees those of all projects.</summary>
internal readonly record struct FlavorViewer(string ProjectId, bool SeesAll)
{
    public static FlavorViewer Of(Caller caller) => new(caller.ProjectId, caller.IsAdmin);
}
