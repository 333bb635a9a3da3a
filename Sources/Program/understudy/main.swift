internal import Commands
internal import Glibc

exit(UnderstudyProgram.main(Array(CommandLine.arguments.dropFirst())))
