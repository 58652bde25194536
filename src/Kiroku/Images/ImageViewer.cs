using Kiroku.Access;

namespace Kiroku.Images;

/// <summary>Who looks up images: a project, or an administrator who sees those of all projects.</summary>
internal readonly record struct ImageViewer(string ProjectId, bool SeesAll)
{
    public static ImageViewer Of(Caller caller) => new(caller.ProjectId, caller.IsAdmin);
}
